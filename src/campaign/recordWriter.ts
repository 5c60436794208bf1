import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { GradproofError } from "../core/errors.js";
import type { Line } from "../record/record.js";

/** Where a campaign writes its lines. */
export interface Sink {
  write(lines: readonly Line[]): void;
}

/** Waiting for the disk after each of thousands of units would take as long as some of them. */
const SYNC_MS = 1000;

/**
 * An append-only NDJSON file, made with the first line: a campaign that cannot start leaves nothing behind. Each batch
 * of lines is the system's before the next one begins, so that a process that dies loses none; a machine that does
 * may lose the last moments.
 */
export class RecordFile implements Sink {
  private fd: number | undefined;
  private syncedMs = 0;

  constructor(readonly path: string) {}

  /** @throws GradproofError `record-unwritable` when the file cannot be made */
  write(lines: readonly Line[]): void {
    this.fd ??= open(this.path);
    writeSync(this.fd, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    const nowMs = performance.now();
    if (nowMs - this.syncedMs < SYNC_MS) return;
    this.syncedMs = nowMs;
    fsyncSync(this.fd);
  }

  close(): void {
    if (this.fd === undefined) return;
    fsyncSync(this.fd);
    closeSync(this.fd);
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
