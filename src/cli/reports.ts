import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { GradproofError } from "../core/errors.js";
import type { Finding, Trial, Line } from "../record/record.js";
import type { Report } from "../record/report.js";
import { FORMATS } from "../report/index.js";
import { readRecord } from "../report/readRecord.js";
import { summarize } from "../report/summarize.js";

/** Where campaigns keep their records and reports. */

export const RECORD_FILE = "record.ndjson";
/** Where campaigns are written, and looked for, unless a flag says otherwise. */
export const DEFAULT_REPORTS = "reports";

/**
 * The record that a path means: itself, that of the folder, or the newest in a folder of several.
 *
 * @throws GradproofError `no-record` when there is none
 */
export function findRecord(path: string): string {
  const [newest] = recordsNewestFirst(path);
  if (newest !== undefined && existsSync(newest)) return newest;
  throw new GradproofError(
    "no-record",
    `no record at "${path}": give a ${RECORD_FILE}, the folder that holds it, or a folder of such folders`,
  );
}

/** @throws GradproofError `no-record` when there is none */
export const loadRecord = (path: string): Line[] => readRecord(readFileSync(findRecord(path), "utf8"));

/** Writes every format beside the record. @returns the report that they show */
export function writeReports(record: string, folder = dirname(record)): Report {
  const report = summarize(loadRecord(record));
  mkdirSync(folder, { recursive: true });
  for (const { file, render } of Object.values(FORMATS)) writeFileSync(join(folder, file), render(report));
  return report;
}

/** Makes `latest` in the reports' folder point at a campaign. */
export function pointLatest(folder: string): void {
  const latest = join(dirname(folder), "latest");
  rmSync(latest, { recursive: true, force: true });
  symlinkSync(basename(folder), latest, "junction");
}

/**
 * A finding or a trial by its id, from the newest campaign that has it.
 *
 * @throws GradproofError `unknown-finding` with the ids there are
 */
export function findFinding(id: string, reports: string): Finding | Trial {
  const seen = new Set<string>();
  for (const record of recordsNewestFirst(reports)) {
    const findings = loadRecord(record).filter((line) => line.type === "finding" || line.type === "trial");
    const found = findings.findLast((finding) => finding.id === id);
    if (found) return found;
    for (const finding of findings) seen.add(finding.id);
  }
  const ids = [...seen].slice(0, 20).join(", ");
  throw new GradproofError(
    "unknown-finding",
    `no finding "${id}" in ${reports}: ${seen.size > 0 ? `there are ${ids}` : "there is no record with findings"}`,
  );
}

function recordsNewestFirst(reports: string): string[] {
  if (!existsSync(reports)) return [];
  if (!statSync(reports).isDirectory()) return [reports];
  if (existsSync(join(reports, RECORD_FILE))) return [join(reports, RECORD_FILE)];
  return readdirSync(reports)
    .filter((name) => name !== "latest")
    .map((name) => join(reports, name, RECORD_FILE))
    .filter((path) => existsSync(path))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
}
