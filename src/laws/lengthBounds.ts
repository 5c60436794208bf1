import { gamma } from "../core/float.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { sameShape, sizeOf } from "../core/shape.js";
import { toTensor, type NdArray } from "../core/tensor.js";
import { cellNode } from "../networks/cellNodes.js";
import { euclideanNorm } from "../networks/euclideanNorm.js";
import { findOp } from "../ops/index.js";
import { frobenius, largestStretch, smallestStretch } from "../oracles/operatorNorm.js";
import type { Precision } from "../oracles/tolerance.js";
import { evaluateDoubles } from "../program/evaluate.js";
import { check, type CheckedProgram } from "../program/program.js";
import type { Case } from "../record/case.js";
import { linearSteps } from "./linearCells.js";

/** Between which lengths the cotangent of a value lies, as a correct implementation rounds it. */
export interface Length {
  readonly low: number;
  readonly high: number;
  /** How many nodes it has come through. */
  readonly steps: number;
}

const UNKNOWN: Length = { low: 0, high: Infinity, steps: 0 };

/** Activations whose slopes are computed by a few primitives without cancelling beyond the largest of them. */
const ACTIVATIONS: ReadonlySet<string> = new Set(["tanh", "relu", "sigmoid", "hardSigmoid"]);

/**
 * Lengths of the cotangents of all values, carried backwards from the outputs: a product with W multiplies a length by at
 * most ‖W‖₂, an activation by its largest slope, a step of a plain cell by both, and where a value is read twice lengths
 * add up. Of a value that receives something else, nothing is known.
 */
export function lengthBounds(c: Case, precision: Precision): ReadonlyMap<number, Length> {
  const program = check(c.program);
  const values = evaluateDoubles(DOUBLES, program, c.inputs);
  const factors = new Factors(program, values, precision);
  const lengths = new Map<number, Length>();
  const add = (v: number, next: Length): void => {
    const current = lengths.get(v);
    // Two that meet may cancel.
    const together = current && {
      low: 0,
      high: (current.high + next.high) * (1 + 2 * precision.format.u),
      steps: Math.max(current.steps, next.steps),
    };
    lengths.set(v, together ?? next);
  };
  program.outputs.forEach((v, o) => {
    const length = euclideanNorm([c.cotangents[o]]);
    add(v, { low: length, high: length, steps: 0 });
  });
  for (let n = program.nodes.length - 1; n >= 0; n--) {
    const [made, ...others] = program.made[n];
    const gy = lengths.get(made);
    if (!gy && others.length === 0) continue;
    program.nodes[n].inputs.forEach((v, k) => add(v, factors.sentBack(n, k, gy ?? UNKNOWN)));
  }
  return lengths;
}

/** What one node does to a length. */
class Factors {
  private readonly linear: ReadonlySet<number>;

  constructor(
    private readonly program: CheckedProgram,
    private readonly values: readonly NdArray<number>[],
    private readonly precision: Precision,
  ) {
    const cells = program.nodes.flatMap((_, n) => cellNode(program, n) ?? []);
    const linear = linearSteps(cells, values, precision);
    this.linear = new Set(cells.flatMap(({ made }, i) => (linear[i] ? made : [])));
  }

  /** The length of what node n sends back to its k-th input. */
  sentBack(n: number, k: number, gy: Length): Length {
    const { nodes, ops, shapes } = this.program;
    const { inputs, attributes } = nodes[n];
    const op = ops[n];
    const cell = cellNode(this.program, n);
    if (cell?.cell.cell === "rnn") {
      const { x, states, kernel, recurrentKernel } = cell;
      const slope = this.slopeOf(cell.cell.activation ?? "tanh", {});
      const isLinear = this.linear.has(cell.made[0]);
      const [state] = states;
      if (inputs[k] === state && k === 1) return this.through(n, recurrentKernel, { slope, isLinear }, gy);
      return inputs[k] === x && k === 0 ? this.through(n, kernel, { slope, isLinear: false }, gy) : UNKNOWN;
    }
    if (op.name === "matmul") {
      const plain = inputs.every((v) => shapes[v].length === 2) && !attributes.transposeA;
      return plain && !attributes.transposeB && k === 0
        ? this.through(n, inputs[1], { slope: 1, isLinear: false }, gy)
        : UNKNOWN;
    }
    const { steps } = gy;
    if (op.name === "add" && inputs.every((v) => sameShape(shapes[v], shapes[this.program.made[n][0]]))) {
      return { low: 0, high: gy.high, steps };
    }
    if (!ACTIVATIONS.has(op.name)) return UNKNOWN;
    const high = gy.high * this.slopeOf(op.name, attributes) + this.lost(sizeOf(shapes[inputs[0]]), 1);
    return { low: 0, high, steps: steps + 1 };
  }

  /** The largest slope of an activation as it is computed: by some eight primitives, good to a few ulps. */
  private slopeOf(name: string, attributes: Parameters<CheckedProgram["ops"][number]["shape"]>[1]): number {
    const { format, intrinsicUlps = {} } = this.precision;
    const [low, high] = findOp(name).bounds!(attributes).derivative!;
    const ulps = Math.max(1, ...Object.values(intrinsicUlps));
    return Math.max(-low, high) * (1 + 16 * ulps * format.u);
  }

  /** Through a product of node n with these weights, transposed, and before it a slope. */
  private through(
    n: number,
    weights: number,
    { slope, isLinear }: { readonly slope: number; readonly isLinear: boolean },
    { low, high, steps }: Length,
  ): Length {
    const { inputs, shapes, made } = this.program;
    if (weights >= inputs.length) return UNKNOWN;
    const W = toTensor(DOUBLES, this.values[weights]);
    const [rows, columns] = W.shape;
    const [batch] = shapes[made[n][0]];
    const { u } = this.precision.format;
    // Each inner product of n terms may be off by γ(n) of the terms' sizes: in all, of ‖W‖ in the Frobenius norm.
    const rounding = gamma(columns + 1, u) * frobenius(W);
    const lost = this.lost(batch * rows, columns) + this.lost(batch * columns, 1) * frobenius(W);
    const least = isLinear ? smallestStretch(W) - rounding : 0;
    return {
      low: Math.max(0, low * least * (1 - 4 * u) - lost),
      high: high * slope * (largestStretch(W) + rounding) * (1 + 4 * u) + lost,
      steps: steps + 1,
    };
  }

  /** The length of what underflow may take of so many numbers, each of them a sum of so many products. */
  private lost(count: number, terms: number): number {
    const { format, flush } = this.precision;
    return Math.sqrt(count) * (terms + 2) * (flush ? format.smallestNormal : format.eta);
  }
}
