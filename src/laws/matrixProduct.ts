import { gamma } from "../core/float.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import type { NdArray } from "../core/tensor.js";
import { cellNodes, type CellNode } from "../networks/cellNodes.js";
import { linearSteps } from "./linearCells.js";
import type { Precision } from "../oracles/tolerance.js";
import { evaluateDoubles } from "../program/evaluate.js";
import { check, type CheckedProgram } from "../program/program.js";
import type { Case } from "../record/case.js";
import { askGradient, failure, PASS, readAnswer, undecided, type Law, type LawJudgement } from "./law.js";

/**
 * Through steps that only multiply and add, a gradient is the cotangent times the product of their matrices, and nothing
 * else decides whether it grows: not the spectral radius, which bounds powers of a matrix in the long run alone.
 *
 * What rounding may do is known beforehand: γ(k) times the product of the absolute values, for all k roundings on the way
 * (Higham 2002, sec. 3.5). No rule of a derivative takes part.
 *
 * @domain programs of plain recurrent cells whose sums are all positive, with relu
 */
export const matrixProduct: Law = {
  name: "product of the matrices",
  modes: ["vjp"],
  requests: (c) => [askGradient(c, { wrt: rowsRead(c) })],
  judge(c, [outcome], precision) {
    const wrt = rowsRead(c);
    const answer = readAnswer(c, outcome, "vjp", wrt);
    if (!answer.ok) return answer.judgement;
    const program = check(c.program);
    const cells = cellNodes(program);
    if (!cells) return undecided("it does not consist of cells");
    const sent = sentBack(c, program, cells, precision);
    if (!sent) return undecided("a step bends: it does more than multiply and add");
    for (const [g, k] of wrt.entries()) {
      const back = sent.get(k);
      if (back) {
        const judged = holdTo(back, answer.grads[g].data, `gradient[${g}]`, precision);
        if (judged.verdict !== "pass") return judged;
      }
    }
    return PASS;
  },
};

/** Inputs that some cell reads as x or as a state. */
function rowsRead(c: Case): number[] {
  const cells = cellNodes(check(c.program)) ?? [];
  const read = new Set(cells.flatMap(({ x, states }) => [x, ...states]));
  return [...read].filter((v) => v < c.program.inputs.length).sort((a, b) => a - b);
}

/** A cotangent, the same of absolute values, and how many roundings lie behind it. */
interface Sent {
  readonly value: Float64Array;
  readonly size: Float64Array;
  readonly roundings: number;
}

/** What each value receives; undefined where a step is not linear. */
function sentBack(
  c: Case,
  program: CheckedProgram,
  cells: readonly CellNode[],
  precision: Precision,
): ReadonlyMap<number, Sent> | undefined {
  const values = evaluateDoubles(DOUBLES, program, c.inputs);
  if (!linearSteps(cells, values, precision).every(Boolean)) return undefined;
  const sent = new Map<number, Sent>();
  const add = (v: number, next: Sent): void => {
    const current = sent.get(v);
    const plus = (a: Float64Array, b?: Float64Array): Float64Array => a.map((x, i) => x + (b?.[i] ?? 0));
    sent.set(v, {
      value: plus(next.value, current?.value),
      size: plus(next.size, current?.size),
      roundings: Math.max(next.roundings, current?.roundings ?? 0) + (current ? 1 : 0),
    });
  };
  program.outputs.forEach((v, o) => {
    const { data } = c.cotangents[o];
    add(v, { value: data, size: data.map(Math.abs), roundings: 0 });
  });
  for (const { x, states, kernel, recurrentKernel, made } of cells.toReversed()) {
    const gy = sent.get(made[0]);
    if (!gy) continue;
    add(x, timesTransposed(gy, values[kernel]));
    add(states[0], timesTransposed(gy, values[recurrentKernel]));
  }
  return sent;
}

/** Of rows: g·Wᵀ. */
function timesTransposed({ value, size, roundings }: Sent, { shape, data }: NdArray<number>): Sent {
  const [rows, columns] = shape;
  const batch = value.length / columns;
  const result = new Float64Array(batch * rows);
  const sizes = new Float64Array(batch * rows);
  for (let e = 0; e < result.length; e++) {
    const from = Math.floor(e / rows) * columns;
    const row = (e % rows) * columns;
    for (let j = 0; j < columns; j++) {
      result[e] += value[from + j] * data[row + j];
      sizes[e] += size[from + j] * Math.abs(data[row + j]);
    }
  }
  // Products, sums, and a multiplication by the slope, which is 1.
  return { value: result, size: sizes, roundings: roundings + columns + 1 };
}

function holdTo(
  { value, size, roundings }: Sent,
  got: Float64Array,
  where: string,
  { format }: Precision,
): LawJudgement {
  for (const [i, expected] of value.entries()) {
    // Both sides are rounded; the last term is for products that underflow.
    const allowed = 2 * gamma(roundings + 1, format.u) * size[i] + roundings * format.smallestNormal;
    if (Math.abs(got[i] - expected) <= allowed) continue;
    const reason = `the product of the matrices sends back ${expected}, not ${got[i]}`;
    return failure("product", where, reason, {
      element: i,
      expected: { low: expected - allowed, high: expected + allowed, value: expected },
      got: got[i],
      errorOverAttainable: (3 * Math.abs(got[i] - expected)) / allowed,
    });
  }
  return PASS;
}
