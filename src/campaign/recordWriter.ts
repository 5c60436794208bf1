import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { GradproofError } from "../core/errors.js";
import type { Line } from "../record/record.js";

/** Where a campaign writes its lines. */
export interface Sink {
  write(lines: readonly Line[]): void;
}

/**
 * An append-only NDJSON file, made with the first line: a campaign that cannot start leaves nothing behind. Each
 * batch of lines reaches the disk before the next one begins.
 */
export class RecordFile implements Sink {
  private fd: number | undefined;

  constructor(readonly path: string) {}

  /** @throws GradproofError `record-unwritable` when the file cannot be made */
  write(lines: readonly Line[]): void {
    this.fd ??= open(this.path);
    writeSync(this.fd, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    fsyncSync(this.fd);
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}

function open(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, "w");
  } catch (error) {
    throw new GradproofError("record-unwritable", `cannot write "${path}": ${(error as Error).message}`);
  }
}
