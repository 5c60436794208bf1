import { InvalidProgramError } from "../core/errors.js";

/**
 * A list of whole numbers that are not negative, as sizes, offsets and amounts of padding are.
 *
 * @throws InvalidProgramError unless it is one, and of the given length
 */
export function wholeNumbers(what: string, values: unknown, length?: number): readonly number[] {
  if (!Array.isArray(values) || !values.every((value) => Number.isInteger(value) && value >= 0)) {
    throw new InvalidProgramError(
      `${what} ${JSON.stringify(values)}: must be a list of whole numbers, none negative`,
    );
  }
  if (length !== undefined && values.length !== length) {
    throw new InvalidProgramError(
      `${what} [${values.join(", ")}]: needs ${length} numbers, got ${values.length}`,
    );
  }
  return values as number[];
}
