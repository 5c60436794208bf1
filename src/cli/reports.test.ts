import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findRecord } from "./reports.js";

const folder = mkdtempSync(join(tmpdir(), "gradproof-records-"));
afterAll(() => rmSync(folder, { recursive: true }));

function recordIn(name: string, seconds: number): string {
  mkdirSync(join(folder, name));
  const path = join(folder, name, "record.ndjson");
  writeFileSync(path, "");
  utimesSync(path, seconds, seconds);
  return path;
}

describe("a record", () => {
  it("is the newest of a folder of reports, that of its own folder, or the file itself", () => {
    expect(() => findRecord(folder)).toThrow(/no record at ".*": give a record.ndjson/);
    const [older, newer] = [recordIn("older", 1000), recordIn("newer", 2000)];
    expect(findRecord(folder)).toBe(newer);
    expect(findRecord(join(folder, "older"))).toBe(older);
    expect(findRecord(older)).toBe(older);
    expect(() => findRecord(join(folder, "nowhere"))).toThrow("no record at");
  });
});
