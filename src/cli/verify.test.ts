import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli, startCli, type Ended } from "../../fixtures/builders/runCli.js";
import { report as reportSchema, type Report } from "../record/report.js";
import { readRecord } from "../report/readRecord.js";

const folders: string[] = [];
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "gradproof-verify-"));
  folders.push(folder);
  return folder;
}
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

const FILES = ["index.html", "junit.xml", "record.ndjson", "report.json", "report.md"];
const recordIn = (folder: string) => readRecord(readFileSync(join(folder, "record.ndjson"), "utf8"));
const reportIn = (folder: string): Report =>
  reportSchema.parse(JSON.parse(readFileSync(join(folder, "report.json"), "utf8")));

describe("a library with a known fault", () => {
  let out: string;
  let run: Ended;
  let folder: string;
  beforeAll(async () => {
    out = temporaryFolder();
    run = await runCli("verify", "tfjs", "--only", "max", "--runs", "6", "--no-self-test", "--out", out);
    folder = join(out, "latest");
  });

  it("is called wrong, with the smallest case and how to see it again", () => {
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/^gradproof .* tfjs · seed 1 · /);
    expect(run.stdout).toMatch(/^ +1\. fail +max: gradient counts a tie more or less than once$/m);
    expect(run.stdout).toMatch(/^ +at +\[1, 1\], shape \[2\]$/m);
    expect(run.stdout).toMatch(/^ +expected +1 ± .*$/m);
    expect(run.stdout).toMatch(/^ +got +2 +error ÷ attainable \d+$/m);
    expect(run.stdout).toMatch(/npx gradproof replay [0-9a-f]{8} --record /);
    expect(run.stdout).toContain(`Report: ${realpathSync(folder)}`.replace(realpathSync(out), out));
  });

  it("leaves a record, its reports, and a link to the latest of them", () => {
    expect(readdirSync(folder).sort()).toEqual(FILES);
    expect(readdirSync(out)).toHaveLength(2);
    const lines = recordIn(folder);
    expect(lines[0].type).toBe("header");
    expect(lines.at(-1)).toMatchObject({ type: "footer", complete: true });
    const report = reportIn(folder);
    expect(report).toMatchObject({ exitCode: 1, complete: true, seed: 1 });
    expect(report.subjects.map(({ id }) => id)).toEqual(["tfjs"]);
    expect(readFileSync(join(folder, "index.html"), "utf8")).toContain(report.subjects[0].findings[0].id);
  });

  it("fails again when the printed command is followed", async () => {
    const [, command] = /npx gradproof (replay .*)$/m.exec(run.stdout)!;
    const { code, stdout } = await runCli(...command.split(" "));
    expect(stdout).toMatch(
      /^SAME {2}max: gradient counts a tie more or less than once {2}\(TensorFlow\.js 4\./,
    );
    expect(stdout).toContain("now       fail: the gradients of 2 tied inputs add up to 2, not to 1");
    expect(stdout).toContain("import");
    expect(code).toBe(1);
  });

  it("is not the only one that can be asked: another subject answers it right", async () => {
    const [, id] = /replay ([0-9a-f]{8})/.exec(run.stdout)!;
    const { code, stdout } = await runCli("replay", id, "--record", out, "--subject", "reference-f32");
    expect(stdout).toMatch(/^FIXED/);
    expect(code).toBe(0);
    // The reference proper has no float32: that says nothing of the fault.
    const other = await runCli("replay", id, "--record", out, "--subject", "reference");
    expect(other.stdout).toMatch(/^UNDECIDED[^]*now {7}unsupported: dtype: computes in f64 only/);
    expect(other.code).toBe(4);
  });

  it("has findings by name: an unknown one is refused with those that there are", async () => {
    const [, id] = /replay ([0-9a-f]{8})/.exec(run.stdout)!;
    const { code, stderr } = await runCli("replay", "00000000", "--record", out);
    expect(stderr).toContain(`no finding "00000000" in ${out}: there are ${id}`);
    expect(code).toBe(2);
  });

  it("has reports that are a function of the record alone", async () => {
    const elsewhere = temporaryFolder();
    const record = join(elsewhere, "record.ndjson");
    cpSync(join(realpathSync(folder), "record.ndjson"), record);
    const { code, stdout } = await runCli("report", record);
    expect(code).toBe(0);
    for (const file of FILES) {
      expect(readFileSync(join(elsewhere, file))).toEqual(readFileSync(join(folder, file)));
      if (file !== "record.ndjson") expect(stdout).toContain(join(elsewhere, file));
    }
    const { stdout: markdown } = await runCli("report", elsewhere, "--format", "markdown");
    expect(markdown).toBe(readFileSync(join(folder, "report.md"), "utf8"));
  });
});

describe("the reference", () => {
  it("has nothing wrong, and --json prints that and nothing else", async () => {
    const out = temporaryFolder();
    const args = ["verify", "reference", "--only", "tanh", "--runs", "6", "--no-self-test", "--out", out];
    const { code, stdout, stderr } = await runCli(...args, "--json");
    expect(code).toBe(0);
    expect(stderr).toMatch(/^gradproof /);
    const report = reportSchema.parse(JSON.parse(stdout));
    expect(report).toEqual(reportIn(join(out, "latest")));
    expect(report.subjects[0].findings).toEqual([]);
    expect(report.cells.undecided).toBe(0);
  });

  it("is asked for in words without it", async () => {
    const out = temporaryFolder();
    const ops = ["--only", "gradient/tanh,gradient/sin", "--in-process"];
    const { code, stdout } = await runCli("verify", "reference", ...ops, "--no-self-test", "--out", out);
    expect(code).toBe(0);
    expect(stdout).toMatch(/nothing wrong found; 2 ops right/);
  });
});

describe("an interruption", () => {
  it("closes the record, and writes the reports of what there is", async () => {
    const out = temporaryFolder();
    const running = startCli(["verify", "reference", "--no-self-test", "--out", out]);
    const record = (): string | undefined =>
      readdirSync(out)
        .map((name) => join(out, name, "record.ndjson"))
        .find((path) => existsSync(path));
    const interrupted = setInterval(() => {
      const path = record();
      if (path === undefined || !readFileSync(path, "utf8").includes('"unit-end"')) return;
      clearInterval(interrupted);
      running.process.kill("SIGINT");
    }, 50);
    const { code, stdout, stderr } = await running.ended;
    clearInterval(interrupted);
    expect(code).toBe(3);
    expect(stderr).toContain("Stopping: units under way are finished and recorded");
    expect(stdout).toMatch(/^Incomplete: interrupted$/m);
    const folder = join(out, "latest");
    expect(readdirSync(folder).sort()).toEqual(FILES);
    const lines = recordIn(folder);
    expect(lines.at(-1)).toMatchObject({ type: "footer", complete: false, reason: "interrupted" });
    const done = lines.filter(({ type }) => type === "unit-end").length;
    expect(done).toBeGreaterThan(0);
    expect(reportIn(folder)).toMatchObject({
      complete: false,
      incompleteBecause: "interrupted",
      exitCode: 3,
      units: { done },
    });
    expect(readFileSync(join(folder, "index.html"), "utf8")).toMatch(/[Ii]ncomplete/);
  });
});

describe("any program that speaks the protocol", () => {
  const fixture = fileURLToPath(new URL("../../fixtures/subjects/tanh.mjs", import.meta.url));
  const verify = (subject: string, out: string): Promise<Ended> =>
    runCli("verify", subject, "--only", "gradient/*", "--runs", "6", "--no-self-test", "--out", out);

  it("can be verified", async () => {
    const out = temporaryFolder();
    const { code, stdout } = await verify(`cmd:${process.execPath} ${fixture}`, out);
    expect(stdout).toMatch(/Tanh 1\.2\.3: nothing wrong found; 1 op right/);
    expect(code).toBe(0);
    const [subject] = reportIn(join(out, "latest")).subjects;
    expect(subject.hello.implementation.id).toBe("tanh");
    expect(subject.counts).toEqual({ pass: 6 });
  });

  it("and found wrong, and asked again by its command", async () => {
    const out = temporaryFolder();
    const { code, stdout } = await verify(`cmd:${process.execPath} ${fixture} shape`, out);
    expect(stdout).toMatch(/tanh: gradient has the wrong shape/);
    expect(code).toBe(1);
    const [, command] = /npx gradproof (replay .*)$/m.exec(stdout)!;
    const replayed = await runCli(...command.split(" "));
    expect(replayed.stdout).toMatch(/^SAME {2}tanh: gradient has the wrong shape/);
    expect(replayed.code).toBe(1);
  });
});
