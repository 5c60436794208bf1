import { shortest } from "../core/float.js";
import { sizeOf } from "../core/shape.js";
import { filled } from "../core/tensor.js";
import { findOp } from "../ops/index.js";
import type { Case } from "../record/case.js";
import type { Node } from "../record/program.js";
import { isValid, tryCheck } from "./validCase.js";
import { SIMPLEST, smallerPrograms } from "./shrinkProgram.js";
import { smallerShapes } from "./shrinkShape.js";
import { simplerValues } from "./shrinkValues.js";

/**
 * Simpler cases, the boldest steps first. It looks at the case alone, so that generated cases, golden ones and a
 * user's bug report shrink alike. Every result is valid, and strictly smaller by `complexity`.
 */
export function* shrink(c: Case): Generator<Case> {
  const size = complexity(c);
  for (const candidates of [smallerPrograms, smallerShapes, simplerValues]) {
    for (const draft of candidates(c)) {
      const candidate = repaired(draft);
      if (precedes(complexity(candidate), size) && isValid(candidate)) yield candidate;
    }
  }
}

/** Gives structured inputs (indices, probabilities) back the structure that cutting and rounding took. */
function repaired(c: Case): Case {
  const { nodes } = c.program;
  if (!nodes.some((node) => findOp(node.op).repair)) return c;
  const shapes = tryCheck(c.program)?.shapes;
  if (!shapes) return c;
  const inputs = [...c.inputs];
  for (const node of nodes) {
    // What other nodes made is not looked at for its numbers, only for its shape.
    const xs = node.inputs.map((v) => inputs[v] ?? filled(shapes[v], 0));
    findOp(node.op)
      .repair?.(xs, node.attributes)
      .forEach((x, k) => {
        if (node.inputs[k] < inputs.length) inputs[node.inputs[k]] = x;
      });
  }
  return { ...c, inputs };
}

/** What makes a case large, most important first: nodes, outputs, sharing, numbers, axes, attributes, digits. */
export function complexity(c: Case): number[] {
  const { nodes, outputs } = c.program;
  const all = [...c.inputs, ...c.cotangents];
  let digits = 0;
  // Tangents have the shapes of the inputs: only their numbers can be simpler.
  for (const { data } of [...all, ...c.tangents]) {
    for (let i = 0; i < data.length; i++) digits += cost(data[i], c);
  }
  const reads = [...nodes.flatMap((node) => node.inputs), ...outputs];
  return [
    nodes.length,
    outputs.length,
    reads.length - new Set(reads).size,
    all.reduce((n, x) => n + sizeOf(x.shape), 0),
    all.reduce((n, x) => n + x.shape.length, 0),
    nodes.reduce((n, node) => n + opCost(node), 0),
    digits,
  ];
}

const opCost = ({ op, attributes }: Node): number =>
  SIMPLEST.includes(op) ? 0 : 1 + attributeCost(attributes);

/** Digits of a number, with a liking for 1, 0 and whole positive ones. */
function cost(x: number, c: Case): number {
  if (x === 1) return 0;
  if (x === 0) return Object.is(x, -0) ? 3 : 1;
  const text = shortest(Math.abs(x), c.dtype);
  // Numbers far from 1 are harder to picture than their length tells.
  const exponent = Math.max(0, Math.abs(Math.log10(Math.abs(x))) - 3);
  return 1 + text.length + (x < 0 ? 1 : 0) + exponent / 2;
}

function attributeCost(attributes: Node["attributes"]): number {
  let total = 0;
  for (const value of Object.values(attributes)) {
    const text = JSON.stringify(value);
    total += value === false || value === "valid" || value === "none" ? 0 : text.length;
    // Larger strides, windows and dilations cost more than ones of the same length in text.
    for (const number of text.match(/\d+/g) ?? []) total += Math.min(Number(number), 9) / 10;
  }
  return total;
}

/** Whether a is strictly smaller than b by `complexity`. */
export const isSimpler = (a: Case, b: Case): boolean => precedes(complexity(a), complexity(b));

function precedes(a: readonly number[], b: readonly number[]): boolean {
  const first = a.findIndex((x, i) => x !== b[i]);
  return first >= 0 && a[first] < b[first];
}
