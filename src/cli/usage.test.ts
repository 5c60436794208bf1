import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../fixtures/builders/runCli.js";
import { OPS } from "../ops/index.js";
import { PROPERTIES } from "../../properties/index.js";
import { nearest, unknownName } from "./names.js";
import { duration, list, wholeNumber } from "./options.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gradproof-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("what means nothing", () => {
  it.each<[string, readonly string[], RegExp]>([
    ["a subject", ["verify", "tfj"], /unknown subject "tfj"; did you mean tfjs/],
    ["an op", ["verify", "tfjs", "--only", "tahn"], /unknown property or op "tahn"; did you mean .*tanh/],
    ["an op of a property", ["verify", "tfjs", "--skip", "gradient/tahn"], /unknown op "tahn"; .*tanh/],
    ["a property", ["verify", "tfjs", "--only", "gradiant/tanh"], /unknown property "gradiant"; .*gradient/],
    ["a flag", ["verify", "tfjs", "--sed", "1"], /unknown option '--sed'/],
    ["a seed", ["verify", "tfjs", "--seed", "1.5"], /'1\.5' is invalid.*whole numbers from -2147483648/],
    ["a budget", ["verify", "tfjs", "--budget", "soon"], /'soon' is invalid.*"30s" or "2m"/],
    ["a format", ["report", ".", "--format", "pdf"], /'pdf' is invalid/],
    ["a record", ["report", "nowhere"], /no record at "nowhere"/],
    ["a record to file", ["findings", "nowhere"], /no record at "nowhere"/],
    [
      "a range",
      ["exhaust", "tanh", "--from", "0x20", "--to", "0x10"],
      /--from 0x00000020 is not below --to 0x00000010/,
    ],
    ["a finding", ["replay", "deadbeef", "--record", "nowhere"], /no finding "deadbeef" in nowhere/],
  ])("%s is refused, with what is allowed", async (_name, args, says) => {
    const { code, stdout, stderr } = await runCli(
      ...args,
      ...(args[0] === "verify" ? ["--out", folder] : []),
    );
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is a selection of nothing", async () => {
    const args = ["verify", "tfjs", "--only", "own-memory/tanh", "--no-self-test", "--out", folder];
    const { code, stderr } = await runCli(...args);
    expect(stderr).toMatch(/nothing is left to run: its tensors are immutable, or it does not promise it/);
    expect(code).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a library that is not there", () => {
  it("is asked for by what to install", async () => {
    const args = ["verify", "tfjs-node", "--only", "gradient/tanh", "--no-self-test"];
    const { code, stderr } = await runCli(...args, "--out", join(folder, "reports"));
    // Where it is installed and loads, there is nothing to say.
    if (code === 0 || code === 1) return;
    expect(code).toBe(2);
    expect(stderr).toMatch(/npm i @tensorflow\/tfjs-node@/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is no place for reports where none can be written", async () => {
    const { code, stderr } = await runCli(
      "verify",
      "reference",
      "--only",
      "gradient/tanh",
      "--out",
      "package.json/x",
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/cannot write "package.json\/x/);
  });

  it("is no program that cannot start", async () => {
    const args = ["verify", "cmd:exit 9", "--no-self-test", "--out", join(folder, "reports")];
    const { code, stderr } = await runCli(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/cannot start: exited with code 9/);
  });
});

describe("what there is", () => {
  it("is listed: subjects, properties and ops", async () => {
    const { code, stdout } = await runCli("list");
    expect(code).toBe(0);
    for (const name of ["reference-f32-ftz", "tfjs-node"]) expect(stdout).toContain(`  ${name} `);
    for (const { name, statement } of PROPERTIES) {
      expect(stdout).toMatch(new RegExp(`^  ${name} +${statement.slice(0, 20)}`, "m"));
    }
    for (const { name } of OPS) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, "m"));
    const { stdout: one } = await runCli("list", "properties");
    expect(one.startsWith("properties\n")).toBe(true);
    expect(one).not.toContain("asinh");
  });

  it("is examined by the doctor, who is well even where a library is missing", async () => {
    const { code, stdout } = await runCli("doctor");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^gradproof \d/);
    expect(stdout).toContain(`Node ${process.versions.node}`);
    expect(stdout).toMatch(/^ok +reference: .*float64.*, \d+ ops, started in \d+ ms$/m);
    expect(stdout).toMatch(/^(ok|missing) +tfjs-node: /m);
  });

  it("has a version and a help, which are no errors", async () => {
    expect(await runCli("--version")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    const { code, stdout } = await runCli("verify", "--help");
    expect(code).toBe(0);
    for (const flag of ["--seed", "--runs", "--budget", "--only", "--skip", "--bail", "--out", "--json"]) {
      expect(stdout).toContain(flag);
    }
  });
});

describe("nearest names", () => {
  const names = ["tanh", "atanh", "max", "maxPool2d", "maximum", "gradient"];

  it("contain the word, or differ by few letters", () => {
    expect(nearest("Tanh", names)).toEqual(["tanh", "atanh"]);
    expect(nearest("tanh", [...names, "tanh"])).toEqual(["tanh", "atanh"]);
    expect(nearest("pool", names)).toEqual(["maxPool2d"]);
    expect(nearest("grad", names)).toEqual(["gradient"]);
    expect(nearest("tahn", names)).toContain("tanh");
    expect(nearest("wxyz", names)).toEqual([]);
  });
});

describe("an unknown name", () => {
  it("is answered with the nearest, or with all of them", () => {
    expect(unknownName("op", "tahn", ["tanh", "sin"])).toMatchObject({
      code: "unknown-op",
      message: 'unknown op "tahn"; did you mean tanh?',
    });
    expect(unknownName("subject", "zzzzzz", ["tfjs", "reference"]).message).toBe(
      'unknown subject "zzzzzz"; there are tfjs, reference',
    );
  });
});

describe("flag values", () => {
  it("are read", () => {
    expect(wholeNumber(0, 10)("7")).toBe(7);
    expect(["90", "90s", "2m", "0.5m", "1.5"].map(duration)).toEqual([90, 90, 120, 30, 1.5]);
    expect(list("a, b,", ["c"])).toEqual(["c", "a", "b"]);
  });

  it.each(["", " ", "1e3", "0x10", "11", "-1", "NaN"])("%j is no whole number from 0 to 10", (text) => {
    expect(() => wholeNumber(0, 10)(text)).toThrow("Allowed are whole numbers from 0 to 10.");
  });

  it.each(["", "0", "-5s", "5h", "s", "1e9"])("%j is no duration", (text) => {
    expect(() => duration(text)).toThrow(/Allowed are durations/);
  });
});
