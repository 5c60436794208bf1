import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LineOf } from "../record/record.js";
import { RecordFile } from "./recordWriter.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gradproof-record-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const end = (reason: string): LineOf<"epoch-end"> => ({
  type: "epoch-end",
  subject: "tfjs",
  reason,
  exitCode: null,
  signal: "SIGKILL",
  stderr: "two\nlines",
});

describe("a record's file", () => {
  it("holds every line as soon as it is written, one to a row", () => {
    const path = join(folder, "campaign", "record.ndjson");
    const file = new RecordFile(path);
    file.write([end("first")]);
    expect(readFileSync(path, "utf8")).toBe(`${JSON.stringify(end("first"))}\n`);
    file.write([end("second"), end("third")]);
    const rows = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(rows.map((row) => JSON.parse(row) as unknown)).toEqual(["first", "second", "third"].map(end));
    file.close();
  });

  it("is not made for a campaign that says nothing", () => {
    const file = new RecordFile(join(folder, "campaign", "record.ndjson"));
    file.close();
    file.close();
    expect(existsSync(join(folder, "campaign"))).toBe(false);
  });
});
