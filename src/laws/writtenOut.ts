import { filled, type Tensor } from "../core/tensor.js";
import { writtenOut as written } from "../networks/writtenOut.js";
import { Attainable } from "../oracles/attainable.js";
import { flatten, type Quantity } from "../oracles/quantity.js";
import type { Precision } from "../oracles/tolerance.js";
import { check } from "../program/program.js";
import type { Case } from "../record/case.js";
import { askGradient, pointOf, readAnswer, type Law, type LawJudgement } from "./law.js";
import { sumsOfParts, type Part } from "./sumsOfParts.js";

/**
 * Cells are the products, sums and activations that they stand for: values and gradients of a program are those of the
 * same program with its cells written out. No reference value is needed, and the two share no code with each other.
 */
export const writtenOut: Law = {
  name: "cells written out",
  modes: ["vjp"],
  requests: (c) => [askGradient(c), askGradient(expanded(c))],
  judge(c, [short, long], precision) {
    const cells = readAnswer(c, short, "vjp");
    if (!cells.ok) return cells.judgement;
    const other = expanded(c);
    const ops = readAnswer(other, long, "vjp");
    if (!ops.ok) return ops.judgement;
    const values = equal("value", [c, cells.value], [other, ops.value], precision);
    return values.verdict === "pass"
      ? equal("gradient", [c, cells.grads], [other, ops.grads], precision)
      : values;
  },
};

type Answered = readonly [Case, readonly Tensor[]];

function equal(
  quantity: Extract<Quantity, "value" | "gradient">,
  cells: Answered,
  ops: Answered,
  precision: Precision,
): LawJudgement {
  const part = ([c, results]: Answered): Part => ({
    results: flatten(results),
    attainable: new Attainable(quantity, pointOf(c), precision),
  });
  const [whole, written] = [part(cells), part(ops)];
  return sumsOfParts(
    {
      whole,
      parts: [written],
      // The constants of the written-out program are its last inputs, and inputs of nothing else.
      to: Array.from(written.results, (_, i) => (i < whole.results.length ? i : -1)),
      quantity,
      kind: "written out",
      says: (long, short) => `written out in products, sums and activations it is ${long}, by cells ${short}`,
    },
    precision,
  );
}

/** The case of the written-out program. */
function expanded(c: Case): Case {
  const { program, constants } = written(check(c.program));
  const { inputs, nodes, outputs } = program;
  const added = Object.values(constants);
  return {
    ...c,
    program: { inputs, nodes, outputs },
    inputs: [...c.inputs, ...added],
    tangents: [...c.tangents, ...added.map(({ shape }) => filled(shape, 0))],
  };
}
