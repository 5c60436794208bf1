import { describe, expect, it } from "vitest";
import { judgedAfter } from "../../fixtures/builders/tampered.js";
import { drawCase } from "../arbitraries/drawCase.js";
import { drawInvalid } from "../arbitraries/drawInvalid.js";
import type { FloatType } from "../core/float.js";
import { Stream } from "../core/random.js";
import { findOp } from "../ops/index.js";
import type { Case } from "../record/case.js";
import { gradientAgreement, tangentAgreement, valueAgreement } from "./agreement.js";
import { determinism, intact, ownMemory, refusesInvalid, shapes } from "./behaviour.js";
import { adjoint, broadcastReduced } from "./consistency.js";
import { homogeneity, linearity, zeroCotangent } from "./cotangentLaws.js";
import { idempotence } from "./idempotence.js";
import { identities } from "./identities.js";
import type { Law } from "./law.js";
import { monotonicity } from "./monotonicity.js";
import { ownDifferences } from "./ownDifferences.js";
import { saturation } from "./saturation.js";
import { scaling } from "./scaling.js";
import { slopes } from "./slopes.js";
import { specialValues } from "./specialValues.js";
import { symmetry } from "./symmetry.js";
import { tails } from "./tails.js";

const SEED = 20261123;

/** One op of each kind: smooth, bent, of two inputs, linear, a reduction with ties, windows, positions. */
const EVERY = ["tanh", "relu", "multiply", "matmul", "max", "maxPool2d", "gather", "layerNorm"];
const LAWS: readonly [Law, readonly string[]][] = [
  [valueAgreement, EVERY],
  [gradientAgreement, EVERY],
  [tangentAgreement, EVERY],
  [shapes, EVERY],
  [determinism, EVERY],
  [intact, EVERY],
  [ownMemory, EVERY],
  [refusesInvalid, ["matmul", "multiply", "concat"]],
  [zeroCotangent, EVERY],
  [homogeneity, EVERY],
  [linearity, EVERY],
  [adjoint, EVERY],
  [broadcastReduced, ["multiply", "divide", "where"]],
  [ownDifferences, EVERY],
  [monotonicity, ["tanh", "relu", "acos", "softsign"]],
  [symmetry, ["tanh", "sigmoid", "gelu", "relu"]],
  [scaling, ["relu", "prelu", "divide", "sqrt"]],
  [idempotence, ["relu6", "abs", "clip"]],
  [saturation, ["sigmoid", "relu6", "selu"]],
  [tails, ["sigmoid", "tanh", "elu"]],
  [slopes, ["relu", "clip", "abs"]],
  [specialValues, ["sigmoid", "relu", "maximum", "prelu"]],
  [identities, ["sigmoid", "logSigmoid", "cos"]],
];

function drawn(law: Law, op: string, dtype: FloatType, i: number): Case {
  const stream = new Stream(SEED, `${law.name} ${op} ${dtype} ${i}`);
  if (law === refusesInvalid) return drawInvalid(stream, findOp(`${op}@1`), dtype);
  return drawCase(stream, findOp(`${op}@1`), {
    dtype,
    ...(law === broadcastReduced && { shapes: "broadcast" as const }),
  });
}

describe.each(LAWS)("$name", (law, ops) => {
  // Differences of float32 outputs resolve too little: that law is for float64 subjects.
  const precisions: readonly FloatType[] = law === ownDifferences ? ["f64"] : ["f64", "f32"];

  it.each(precisions)("holds of the reference in %s", async (dtype) => {
    const refused: string[] = [];
    let decided = 0;
    for (const op of ops) {
      for (let i = 0; i < 3; i++) {
        const { verdict, reason } = await judgedAfter(law, drawn(law, op, dtype, i));
        if (verdict !== "inconclusive") decided++;
        if (!["pass", "convention", "inaccurate", "inconclusive"].includes(verdict)) {
          refused.push(`${op} ${i}: ${verdict}, ${reason}`);
        }
      }
    }
    expect(refused).toEqual([]);
    // Where a law says nothing (at kinks and beyond the range) there is little of it.
    expect(decided).toBeGreaterThan(ops.length);
  });

  it("asks the same of the same case, and nothing but what it says it needs", () => {
    const c = drawn(law, ops[0], "f64", 0);
    const questions = law.requests(c);
    expect(law.requests(c)).toEqual(questions);
    expect(new Set(questions.map(({ mode }) => mode))).toEqual(new Set(law.modes));
  });
});
