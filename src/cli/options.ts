import { InvalidArgumentError } from "commander";

/** Parsers of flag values. commander adds the flag's name and the offending value to what they throw. */

export const wholeNumber =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < low || value > high) {
      throw new InvalidArgumentError(`Allowed are whole numbers from ${low} to ${high}.`);
    }
    return value;
  };

/** The bits of a float32 without its sign, such as 0x3f800000; at most 2^31, the end of them all. */
export function bits(text: string): number {
  const value = Number(text);
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text) || value > 2 ** 31) {
    throw new InvalidArgumentError("Allowed are bits from 0 to 0x80000000, such as 0x3f800000 for 1.");
  }
  return value;
}

/** `90`, `90s` or `2m`, in seconds. */
export function duration(text: string): number {
  const parsed = /^(\d+(?:\.\d+)?)(s|m)?$/.exec(text);
  const seconds = parsed ? Number(parsed[1]) * (parsed[2] === "m" ? 60 : 1) : 0;
  if (!(seconds > 0)) throw new InvalidArgumentError('Allowed are durations such as "30s" or "2m".');
  return seconds;
}

/** A value that may be given several times or as a list with commas. */
export const list = (text: string, previous: readonly string[] = []): string[] => [
  ...previous,
  ...text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
];
