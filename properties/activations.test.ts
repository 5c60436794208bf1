import { describe, expect, it } from "vitest";
import { plan } from "../src/campaign/plan.js";
import { runUnit } from "../src/campaign/runUnit.js";
import type { FloatType } from "../src/core/float.js";
import { OPS } from "../src/ops/index.js";
import { VERDICTS } from "../src/record/verdict.js";
import { inProcessSubject } from "../src/subjects/inProcess.js";
import { referenceAdapter, type ReferenceOptions } from "../src/subjects/reference.js";
import * as activations from "./activations.js";
import { PROPERTIES } from "./index.js";

const AREA = Object.values(activations);

const opsOf = (property: (typeof AREA)[number]): string[] =>
  OPS.filter((op) => typeof property.about === "function" && property.about(op)).map(({ name }) => name);

describe("the area activation/", () => {
  it("is what the catalogue has of it", () => {
    expect(
      PROPERTIES.filter(({ name }) => name.startsWith("activation/"))
        .map(({ name }) => name)
        .sort(),
    ).toEqual(AREA.map(({ name }) => name).sort());
  });

  it("holds every op to what its record says", () => {
    expect(opsOf(activations.tails)).toEqual(
      expect.arrayContaining(["sigmoid", "tanh", "erf", "elu", "selu", "gelu"]),
    );
    expect(opsOf(activations.idempotence)).toEqual(["abs", "sign", "clip", "relu", "relu6", "leakyRelu"]);
    expect(opsOf(activations.homogeneity)).toEqual(
      expect.arrayContaining(["relu", "leakyRelu", "prelu", "abs"]),
    );
    expect(opsOf(activations.symmetry)).toEqual(
      expect.arrayContaining(["sigmoid", "tanh", "softplus", "logSigmoid", "gelu", "silu", "relu", "cosh"]),
    );
    expect(opsOf(activations.saturation)).toEqual(
      expect.arrayContaining(["sigmoid", "tanh", "erf", "relu6", "hardSigmoid", "elu", "selu", "softsign"]),
    );
    for (const property of AREA) expect(opsOf(property)).not.toContain("matmul");
  });

  it("has bounds of values or derivatives for every activation of one input", () => {
    const family = OPS.filter(({ family: name, arity }) => name === "activations" && arity.high === 1);
    expect(family.length).toBe(13);
    expect(family.filter(({ bounds, curve }) => !bounds || !curve)).toEqual([]);
  });
});

/** What the cases of one op and property come to on the reference. */
async function outcome(property: (typeof AREA)[number], op: string, options: ReferenceOptions = {}) {
  const subject = inProcessSubject("reference", referenceAdapter(options));
  const ops = OPS.filter(({ name }) => name === op);
  const [unit] = plan("reference", subject.hello, { properties: [property], ops }).units;
  return runUnit(unit, subject, { seed: 1, runs: 12, needed: 12 });
}

describe("thresholds of saturation", () => {
  const thresholds = async (op: string, precision: FloatType, form: number): Promise<string> => {
    const judged = await outcome(activations.saturation, op, { precision, form });
    return [...new Set(judged.flatMap(({ judgement }) => judgement.evidence ?? []))].sort().join("; ");
  };

  // Claim C009, which counts sigmoid of float64 as 1/(1 + e^−x), and of float32 as correctly rounded.
  it("are found where claim C009 says", async () => {
    expect(await thresholds("sigmoid", "f64", 0)).toMatch(/0 from -745\.13.*; 1 from 36\.7368/);
    expect(await thresholds("sigmoid", "f32", 0)).toMatch(/0 from -103\.97.*; 1 from 16\.6355/);
    expect(await thresholds("tanh", "f64", 0)).toMatch(/1 from 19\.0615/);
    expect(await thresholds("tanh", "f32", 0)).toMatch(/1 from 9\.0109/);
  });

  it("are inaccurate where e^−x overflows, or where tanh has lost the rest", async () => {
    for (const form of [1, 2]) {
      const judged = await outcome(activations.saturation, "sigmoid", { form });
      const early = judged.filter(({ judgement }) => judgement.kind === "early");
      expect(early.length).toBeGreaterThan(6);
      for (const { judgement } of early) expect(judgement.verdict).toBe("inaccurate");
    }
  });
});

describe("tails", () => {
  it("are kept by careful rules, and lost by y·(1 − y): claim C011", async () => {
    const careful = await outcome(activations.tails, "sigmoid", { precision: "f32", form: 0 });
    expect(new Set(careful.map(({ judgement }) => judgement.verdict))).toEqual(new Set(["pass"]));
    const textbook = await outcome(activations.tails, "sigmoid", { precision: "f32", form: 1 });
    expect(textbook.some(({ judgement }) => judgement.verdict === "inaccurate")).toBe(true);
    for (const { judgement } of textbook) expect(VERDICTS[judgement.verdict].wrong).toBe(false);
  });
});

describe("evenness of the derivative", () => {
  it("is kept by careful rules, and broken by y·(1 − y): claim C011", async () => {
    const verdicts = async (form: number) =>
      new Set(
        (await outcome(activations.symmetry, "sigmoid", { precision: "f32", form })).map(
          ({ judgement }) => judgement.verdict,
        ),
      );
    expect(await verdicts(0)).toEqual(new Set(["pass"]));
    expect(await verdicts(1)).toEqual(new Set(["pass", "inaccurate"]));
  });
});
