import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
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

  write(lines: readonly Line[]): void {
    if (this.fd === undefined) {
      mkdirSync(dirname(this.path), { recursive: true });
      this.fd = openSync(this.path, "w");
    }
    writeSync(this.fd, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    fsyncSync(this.fd);
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}
