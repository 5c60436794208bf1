import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { GradproofError } from "../core/errors.js";
import {
  exhaustBeginning,
  finishedRange,
  type ExhaustKey,
  type FinishedRange,
} from "../record/exhaustion.js";

export type { ExhaustKey, FinishedRange } from "../record/exhaustion.js";

/**
 * What a run has done, on disk: one line with what it asks, and one for each finished range. Each line reaches the disk
 * before the next range is counted, and one that was torn is as if it had not been begun.
 */
export class ExhaustState {
  private constructor(
    private readonly fd: number,
    readonly finished: FinishedRange[],
  ) {}

  /** @throws GradproofError `record-unwritable` */
  static create(path: string, key: ExhaustKey): ExhaustState {
    return ExhaustState.begin(path, key, []);
  }

  /**
   * Goes on with a state of an earlier run.
   *
   * @throws GradproofError `no-state` when there is none, `other-run` when it asked something else
   */
  static resume(path: string, key: ExhaustKey): ExhaustState {
    const found = readState(path);
    if (!found) throw new GradproofError("no-state", `"${path}" is no state of a run of exhaust`);
    if (JSON.stringify(found.key) !== JSON.stringify(key)) {
      throw new GradproofError(
        "other-run",
        `"${path}" belongs to another run: it asked ${JSON.stringify(found.key)}, this one asks ${JSON.stringify(key)}`,
      );
    }
    return ExhaustState.begin(path, key, found.finished);
  }

  /** A whole file takes the place of the old one, so that no moment loses what was done. */
  private static begin(path: string, key: ExhaustKey, finished: FinishedRange[]): ExhaustState {
    const whole = [{ key }, ...finished].map((line) => `${JSON.stringify(line)}\n`).join("");
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}.new`, whole, { flush: true });
      renameSync(`${path}.new`, path);
      return new ExhaustState(openSync(path, "a"), finished);
    } catch (error) {
      throw new GradproofError("record-unwritable", `cannot write "${path}": ${(error as Error).message}`);
    }
  }

  add(range: FinishedRange): void {
    this.finished.push(range);
    writeSync(this.fd, `${JSON.stringify(range)}\n`);
    fsyncSync(this.fd);
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** What a file holds up to the first line that cannot be read; undefined when that is its first. */
export function readState(path: string): { key: ExhaustKey; finished: FinishedRange[] } | undefined {
  if (!existsSync(path)) return undefined;
  const [first, ...rest] = readFileSync(path, "utf8").split("\n").map(parse);
  const head = exhaustBeginning.safeParse(first);
  if (!head.success) return undefined;
  const ranges: FinishedRange[] = [];
  for (const line of rest) {
    const range = finishedRange.safeParse(line);
    if (!range.success) break;
    ranges.push(range.data);
  }
  return { key: head.data.key, finished: ranges };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
