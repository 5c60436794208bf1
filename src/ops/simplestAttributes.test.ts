import { describe, expect, it } from "vitest";
import { drawCase } from "../arbitraries/drawCase.js";
import { Stream } from "../core/random.js";
import { OPS } from "./index.js";
import type { AnyOp, Attributes } from "./op.js";

/** Whether a value of an attribute is as simple as it gets, starting from another. */
type IsSimplest = (value: unknown, start: unknown) => boolean;

const equals =
  (...wanted: unknown[]): IsSimplest =>
  (value) =>
    wanted.includes(value);
const all =
  (simple: (n: number, start: number) => boolean): IsSimplest =>
  (value, start) =>
    (value as number[]).every((n, i) => simple(n, (start as number[])[i]));

/**
 * What is left of each attribute when simplifications that change nothing else are followed, by name or `op.name`. A
 * fault that needs one attribute as it is, is then shown with all others at their simplest.
 */
const SIMPLEST: Readonly<Record<string, IsSimplest>> = {
  axes: equals("all"),
  axis: equals(0),
  keepdims: equals(false),
  exclusive: equals(false),
  reverse: equals(false),
  transposeA: equals(false),
  transposeB: equals(false),
  descending: equals(false),
  causal: equals(false),
  correction: equals(0),
  value: equals(0),
  beginMask: equals(0),
  endMask: equals(0),
  forgetBias: equals(0),
  k: equals(1),
  delta: equals(1),
  epsilon: equals(1),
  groups: equals(1),
  scale: equals(1),
  depthRadius: equals(1),
  bias: equals(1),
  alpha: equals(1),
  beta: equals(1),
  reduction: equals("none"),
  coordinates: equals("asymmetric"),
  // Positions outside are a matter of depth: 1 stays.
  depth: (value, start) => value === Math.min(2, start as number),
  rate: (value, start) => value === (start === 0 ? 0 : 0.5),
  // Which side of 0 and 1 it lies on is its class.
  "leakyRelu.alpha": (value, start) => value === (Number(start) < 0 ? -0.5 : Number(start) > 1 ? 2 : 0.25),
  "reshape.shape": (value) => (value as number[]).length === 1,
  "broadcastTo.shape": (value) => (value as number[]).length === 0,
  "scatterND.shape": all((length, start) => length === Math.min(1, start)),
  permutation: (value) => (value as number[]).every((axis, i) => axis === i),
  begin: all((b) => b === 0),
  "slice.size": all((size, start) => size === Math.min(1, start)),
  size: all((length) => length === 1),
  sizes: (value, start) =>
    (value as number[]).length === 1 &&
    (value as number[])[0] === (start as number[]).reduce((total, n) => total + n, 0),
  paddings: (value) => (value as number[][]).flat().every((n) => n === 0),
  repetitions: all((n) => n === 1),
  shift: all((n) => n === 1),
  strides: all((s) => s === 1),
  // Backwards stays backwards: the bounds belong to it.
  "stridedSlice.strides": all((s, start) => s === Math.sign(start)),
  dilation: all((d) => d === 1),
};

/** What stays, and why: another meaning, another number of inputs, or it changes together with another attribute. */
const KEPT = new Set([
  "clip.low",
  "clip.high",
  "norm.ord",
  "mirrorPad.mode",
  "roll.axes",
  "stridedSlice.begin",
  "stridedSlice.end",
  "oneHot.onValue",
  "oneHot.offValue",
  "conv2dTranspose.outputSize",
  "layerNorm.affine",
  "rmsNorm.affine",
  "groupNorm.affine",
  "groupNorm.channels",
  "batchNorm.training",
  "batchNorm.parameters",
  "hinge.labels",
  "binaryCrossEntropy.from",
  "lstmCell.gates",
  "lstmCell.recurrentActivation",
]);

/** Windows get simpler together: padding with rounding, and a pool's window with the padding that it allows. */
const TOGETHER = new Set(["padding", "rounding", "window"]);
const ofPool = (op: AnyOp, name: string): boolean => op.name.includes("Pool") && name === "dilation";

const drawn = (op: AnyOp, i: number): Attributes =>
  drawCase(new Stream(1, `simpler ${op.name} ${i}`), op, { dtype: "f64", region: "normal" }).program.nodes[0]
    .attributes;

/** Follows the first simplification that changes one attribute alone, to its end. */
function followed(op: AnyOp, name: string, start: Attributes): Attributes {
  const others = (attributes: Attributes): string => JSON.stringify({ ...attributes, [name]: undefined });
  let current = start;
  for (let steps = 0; steps < 100; steps++) {
    const next = op.simpler!(current).find((simpler) => others(simpler) === others(current));
    if (!next) return current;
    current = next;
  }
  throw new Error(`${op.name}: no end from ${JSON.stringify(start)} by ${name}`);
}

const DRAWS = 24;

describe("every attribute gets as simple as it can while the others stay", () => {
  it.each(OPS.filter((op) => op.simpler).map((op) => [op.name, op] as const))("%s", (_name, op) => {
    for (let i = 0; i < DRAWS; i++) {
      const start = drawn(op, i);
      for (const name of Object.keys(start)) {
        if (TOGETHER.has(name) || ofPool(op, name)) continue;
        const key = `${op.name}.${name}`;
        const least = followed(op, name, start)[name];
        const shown = `${key} ${JSON.stringify(start[name])} ends at ${JSON.stringify(least)}`;
        if (KEPT.has(key)) {
          // Some change together with another one, which may be as it should be already.
          continue;
        }
        expect((SIMPLEST[key] ?? SIMPLEST[name])?.(least, start[name]), shown).toBe(true);
      }
    }
  });
});
