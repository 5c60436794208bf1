import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli, startCli } from "../../fixtures/builders/runCli.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gradproof-exhaust-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("what cannot be exhausted", () => {
  it.each<[string, readonly string[], RegExp]>([
    ["an op of whole tensors", ["matmul"], /"matmul" cannot be exhausted: it is not elementwise.*sigmoid/],
    ["an op of two inputs", ["maximum"], /it has 2 inputs, and 2\^64 pairs/],
    ["an unknown op", ["sigmoit"], /unknown op "sigmoit"; did you mean .*sigmoid/],
    [
      "a subject without float32",
      ["tanh", "--subject", "reference"],
      /reference has no float32.*reference-f32/,
    ],
    ["an unknown subject", ["tanh", "--subject", "tfj"], /unknown subject "tfj"; did you mean tfjs/],
    ["somebody's process", ["tanh", "--subject", "cmd:true"], /do not go through its pipe/],
    [
      "an empty range",
      ["tanh", "--from", "7", "--to", "7"],
      /--from 0x00000007 is not below --to 0x00000007/,
    ],
    ["bits that are none", ["tanh", "--from", "0.5"], /'0\.5' is invalid.*such as 0x3f800000/],
    ["attributes that are none", ["elu", "--attributes", "1"], /'1' is invalid.*JSON object/],
    ["senseless attributes", ["clip", "--attributes", '{"low":2,"high":1}'], /low/],
    ["a run that nobody began", ["tanh", "--resume", "--out", "nowhere"], /no unfinished run in "nowhere"/],
  ])("%s", async (_name, args, says) => {
    const { code, stdout, stderr } = await runCli("exhaust", ...args);
    expect(stderr).toMatch(says);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});

describe("gradproof exhaust", () => {
  const part = ["--from", "0x40fffff0", "--to", "0x41000010"] as const;
  const inFolder = (name: string): readonly string[] => ["--out", join(folder, name)];

  it("prints a table, and writes a record that renders again", async () => {
    const args = ["exhaust", "tanh", "--subject", "reference-f32", ...part, ...inFolder("table")];
    const { code, stdout, stderr } = await runCli(...args);
    expect(stderr).toMatch(/50 % {2}32 of 64 inputs · .* a second · .* left/);
    expect(stdout).toMatch(/tanh, 64 float32 inputs, ±0x40fffff0 up to ±0x4100000f; not exhaustive/);
    expect(stdout).toMatch(/worst error .* every result is correctly rounded/);
    expect(stdout).toMatch(/gradient \(a part of the inputs\): 64 inaccurate/);
    expect(stdout).not.toMatch(/\(exhaustive\)/);
    expect(code).toBe(0);
    const [campaign] = readdirSync(join(folder, "table")).filter((name) => name !== "latest");
    const path = join(folder, "table", campaign);
    for (const file of ["index.html", "report.md"]) {
      expect(readFileSync(join(path, file), "utf8"), file).toContain("neighbours out of order");
    }
    const report = await runCli("report", path, "--format", "json");
    expect(JSON.parse(report.stdout)).toMatchObject({
      subjects: [{ id: "reference-f32", exhaustions: [{ op: "tanh@1", statistics: { inputs: 64 } }] }],
    });
  });

  it("keeps what is done when it is interrupted, and goes on from there", async () => {
    // Three groups; the one in the middle takes a second or more.
    const range = ["--from", "0x3f7ffff0", "--to", "0x3fc00010", "--workers", "1"];
    const args = ["exhaust", "sigmoid", ...range, ...inFolder("interrupted")];
    const { process: child, ended } = startCli(args);
    child.stderr!.once("data", () => child.kill("SIGINT"));
    const first = await ended;
    expect(first.stderr).toMatch(/Stopping: ranges under way are finished/);
    expect(first.stderr).toMatch(/go on with: npx gradproof exhaust sigmoid .* --resume /);
    expect(first.code).toBe(3);
    const second = await runCli(...args, "--resume");
    expect(second.stderr + second.stdout).toMatch(/8,388,672 of 8,388,672 inputs/);
    expect(second.stdout).toMatch(/gradient \(a part of the inputs\): .* pass/);
    expect(second.code).toBe(0);
    // It is finished: there is nothing left to go on with.
    expect((await runCli(...args, "--resume")).code).toBe(2);
  });
});
