import type { Tensor } from "../core/tensor.js";
import { cellNode, type CellNode } from "../networks/cellNodes.js";
import type { Precision } from "../oracles/tolerance.js";
import { check, type CheckedProgram } from "../program/program.js";
import type { Case } from "../record/case.js";
import { askValue, failure, PASS, readAnswer, undecided, type Law } from "./law.js";

/**
 * States stay within bounds that no weights and no inputs can break, since gates are at most 1 and candidates are, too: a
 * memory grows by 1 a step at most, |cₜ| ≤ |c₀| + t; what an LSTM or a cell with tanh shows is at most 1; a GRU's state is a
 * blend, |hₜ| ≤ max(|h₀|, 1). No reference value is needed.
 *
 * @domain programs with outputs that cells make of inputs
 */
export const boundedStates: Law = {
  name: "bounded states",
  modes: ["value"],
  requests: (c) => [askValue(c)],
  judge(c, [outcome], precision) {
    const answer = readAnswer(c, outcome, "value");
    if (!answer.ok) return answer.judgement;
    const program = check(c.program);
    const limits = limitsOf(c, program, precision);
    let held = 0;
    for (const [o, v] of program.outputs.entries()) {
      const limit = v < program.inputs.length ? undefined : limits[v];
      if (!limit) continue;
      held++;
      const { data } = answer.value[o];
      const element = data.findIndex((y, i) => !(Math.abs(y) <= limit[i]));
      if (element < 0) continue;
      const [got, bound] = [data[element], limit[element]];
      return failure(
        "bound",
        `value[${o}]`,
        `a state of ${got}: it is at most ${bound} for any weights and inputs`,
        {
          element,
          expected: { low: -bound, high: bound, value: Math.sign(got) * bound },
          got,
          errorOverAttainable: Math.abs(got) / bound,
        },
      );
    }
    return held > 0 ? PASS : undecided("no output is the state of a cell with bounds");
  },
};

type Limit = Float64Array | undefined;

/** By value: what no element exceeds; undefined where nothing is known. */
function limitsOf(c: Case, program: CheckedProgram, precision: Precision): Limit[] {
  const limits: Limit[] = c.inputs.map(({ data }) => data.map(Math.abs));
  program.nodes.forEach((_, n) => {
    const node = cellNode(program, n);
    const states = node?.states.map((v) => limits[v]);
    const known = node && isFinite(c, node, limits, precision);
    program.made[n].forEach((v, k) => {
      limits[v] = known ? nextLimit(node, states!, k, precision) : undefined;
    });
  });
  return limits;
}

/** The limit of a cell's k-th next state. */
function nextLimit(
  { cell, made }: CellNode,
  states: readonly Limit[],
  k: number,
  { format, intrinsicUlps = {} }: Precision,
): Limit {
  // Gates and candidates are good to a few ulps of 1, and some ten operations make a state of them.
  const rounding = 1 + 32 * Math.max(1, ...Object.values(intrinsicUlps)) * format.u;
  const before = states[k];
  if (!before) return undefined;
  if (cell.cell === "rnn") {
    return (cell.activation ?? "tanh") === "tanh" ? before.map(() => rounding) : undefined;
  }
  if (cell.cell === "gru") return before.map((h) => Math.max(h, 1) * rounding);
  return k === made.length - 1 ? before.map((memory) => (memory + 1) * rounding) : before.map(() => rounding);
}

/** Whether the sums of the gates stay inside the format's range, in any order and gate by gate. */
function isFinite(
  c: Case,
  { x, states, kernel, recurrentKernel, biases }: CellNode,
  limits: readonly Limit[],
  { format }: Precision,
): boolean {
  const largest = (v: number): number => {
    const limit = limits[v];
    return limit ? limit.reduce((a, b) => Math.max(a, b), 0) : Infinity;
  };
  const rows = (v: number): number => (c.inputs[v] as Tensor | undefined)?.shape[0] ?? Infinity;
  const size =
    largest(x) * largest(kernel) * rows(kernel) +
    largest(states[0]) * largest(recurrentKernel) * rows(recurrentKernel) +
    biases.reduce((total, v) => total + largest(v), 0);
  const memory = largest(states[states.length - 1]);
  return Math.max(size, memory) < format.largest / 16;
}
