import { z } from "zod";
import { GradproofError } from "../core/errors.js";
import { line, RECORD_SCHEMA, type Line } from "../record/record.js";
import { clipText } from "./visibleText.js";

const corrupt = (number: number, why: string) =>
  new GradproofError("bad-record", `line ${number} of the record is corrupt: ${why}`);

/**
 * The lines of a record. A last line that is not JSON was torn by the end of the process and is left out.
 *
 * @throws GradproofError `bad-record` when any other line cannot be read, with its number
 */
export function readRecord(text: string): Line[] {
  const rows = text.split("\n");
  let last = rows.length - 1;
  while (last >= 0 && rows[last].trim() === "") last--;
  const lines: Line[] = [];
  for (let i = 0; i <= last; i++) {
    if (rows[i].trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(rows[i]);
    } catch (cause) {
      if (i === last) break;
      throw corrupt(i + 1, String(cause));
    }
    lines.push(checked(value, i + 1));
  }
  return lines;
}

const versioned = z.object({ type: z.literal("header"), schema: z.number() });

function checked(value: unknown, number: number): Line {
  const version = versioned.safeParse(value);
  if (version.success && version.data.schema !== RECORD_SCHEMA) {
    throw new GradproofError(
      "bad-record",
      `the record has schema ${version.data.schema}; this version of gradproof reads schema ${RECORD_SCHEMA}`,
    );
  }
  const parsed = line.safeParse(value);
  if (parsed.success) return parsed.data;
  throw corrupt(number, clipText(z.prettifyError(parsed.error), 500));
}
