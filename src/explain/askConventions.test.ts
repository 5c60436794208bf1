import { describe, expect, it } from "vitest";
import {
  gradientsFrom,
  offBy,
  toEveryMaximum,
  withAnswers,
  withRecord,
} from "../../fixtures/builders/faulty.js";
import { OPS } from "../ops/index.js";
import { convention } from "../record/record.js";
import { check } from "../program/program.js";
import { inProcessSubject } from "../subjects/inProcess.js";
import { referenceAdapter } from "../subjects/reference.js";
import type { Subject } from "../subjects/subject.js";
import { tensor } from "../core/tensor.js";
import { askConventions, caseOfProbe, isDefended } from "./askConventions.js";
import { CONVENTION_PROBES } from "./conventionProbes.js";

const registered = new Set(OPS.map(({ name }) => name));
const here = CONVENTION_PROBES.filter(({ nodes }) => nodes.every(({ op }) => registered.has(op)));
const reference = inProcessSubject("reference", referenceAdapter());

const answerOf = async (subject: Subject, probe: string) =>
  (await askConventions(subject)).find((line) => line.probe === probe)!;

describe("the questions", () => {
  it.each(here)("$question is about a program that fits its inputs", (probe) => {
    const c = caseOfProbe(probe, "f64");
    expect(check(c.program).inputs.map(({ shape }) => shape)).toEqual(c.inputs.map(({ shape }) => shape));
    expect(c.program.inputs[probe.of].type).toBe("float");
  });

  it("have names of their own", () => {
    expect(new Set(CONVENTION_PROBES.map(({ id }) => id)).size).toBe(CONVENTION_PROBES.length);
  });

  it("are asked only of ops that were chosen", async () => {
    const lines = await askConventions(reference, ["relu", "abs"]);
    expect(lines.map(({ probe }) => probe)).toEqual(["relu-0", "abs-0"]);
  });
});

/** By the chain rule of the parts, which nobody escapes: 0·∞. */
const CHAIN_RULE = ["norm-of-squares-0", "where-dead-branch"];

describe("the answers", () => {
  it("of the reference are its own, and defended, but for what the chain rule spoils", async () => {
    for (const line of await askConventions(reference)) {
      expect(convention.parse(line)).toEqual(line);
      expect([line.probe, line.got]).toEqual([line.probe, line.reference]);
      expect([line.probe, line.choice]).toEqual([
        line.probe,
        CHAIN_RULE.includes(line.probe) ? "outside" : "as the reference",
      ]);
    }
  });

  it("tell another choice from one that nothing defends", async () => {
    const first = withRecord(
      "maximum",
      gradientsFrom(([a, b]) => [a.data.map((g) => 2 * g), b.data.map(() => 0)]),
    );
    expect(await answerOf(first, "maximum-tie")).toMatchObject({ got: "1", choice: "another" });
    expect(await answerOf(withRecord("max", toEveryMaximum), "max-tie")).toMatchObject({
      got: "1, 1, 0",
      choice: "outside",
    });
    expect(await answerOf(withRecord("clip", offBy(0.5)), "clip-high")).toMatchObject({
      got: "1.5",
      choice: "outside",
    });
  });

  it("say what a subject does not have, and where it gives none", async () => {
    const { maximum: _maximum, ...ops } = Object.fromEntries(
      Object.entries(reference.hello.capabilities.ops).map(([id, has]) => [
        id.replace(/@\d+$/, ""),
        { id, has },
      ]),
    );
    const capabilities = {
      ...reference.hello.capabilities,
      graphs: false,
      ops: Object.fromEntries(Object.values(ops).map(({ id, has }) => [id, has])),
    };
    const poor: Subject = Object.create(reference, {
      hello: { value: { ...reference.hello, capabilities } },
    });
    expect(await answerOf(poor, "maximum-tie")).toMatchObject({ got: "no maximum", choice: "unsupported" });
    expect(await answerOf(poor, "where-dead-branch")).toMatchObject({ choice: "unsupported" });
    const throwing = withAnswers(() => {
      throw new TypeError("not today");
    });
    expect(await answerOf(throwing, "relu-0")).toMatchObject({ got: "not today", choice: "no answer" });
  });

  it("for an unused input may be none, and for no other", async () => {
    const none = withAnswers((_request, honest) => {
      const answer = honest();
      return { ...answer, ...(answer.grads && { grads: answer.grads.map(() => null) }) };
    });
    expect(await answerOf(none, "unused-input")).toMatchObject({ got: "none", choice: "another" });
    expect(await answerOf(none, "relu-0")).toMatchObject({ got: "none", choice: "outside" });
  });
});

describe("what mathematics defends", () => {
  const probe = (id: string) => CONVENTION_PROBES.find((one) => one.id === id)!;
  it.each<[string, number[], boolean]>([
    ["relu-0", [0.5], true],
    ["relu-0", [-0.1], false],
    ["relu-0", [NaN], false],
    ["max-tie", [1, 0, 0], true],
    ["max-tie", [0.5, 0.5, 0], true],
    ["max-tie", [1, 1, 0], false],
    ["max-tie", [0.5, 0, 0], false],
    ["sqrt-0", [Infinity], true],
    ["sqrt-0", [0], false],
    ["sqrt-0", [NaN], false],
  ])("%s: %j is %s", (id, numbers, defended) => {
    expect(isDefended(probe(id), tensor([numbers.length], numbers))).toBe(defended);
  });
});
