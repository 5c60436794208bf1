import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Line } from "../record/record.js";

/** Where a campaign writes its lines. */
export interface Sink {
  write(lines: readonly Line[]): void;
}

/** An append-only NDJSON file. Each batch of lines reaches the disk before the next one begins. */
export class RecordFile implements Sink {
  private readonly fd: number;

  constructor(readonly path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.fd = openSync(path, "w");
  }

  write(lines: readonly Line[]): void {
    writeSync(this.fd, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    fsyncSync(this.fd);
  }

  close(): void {
    closeSync(this.fd);
  }
}
