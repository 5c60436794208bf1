import { describe, expect, it } from "vitest";
import { drawCase } from "../arbitraries/drawCase.js";
import { Stream } from "../core/random.js";
import type { Case } from "../record/case.js";
import { OPS } from "./index.js";
import type { AnyOp } from "./op.js";

/** Some classes differ only in cases of more than one axis, or of several elements. */
const DRAWS = 16;

const drawn = (op: AnyOp, classes: Readonly<Record<string, string>>, i: number): Case =>
  drawCase(new Stream(1, `drawing ${op.name} ${i}`), op, { dtype: "f64", region: "normal", classes });

/** Everything of a case but the names of its classes. */
const substance = (op: AnyOp, classes: Readonly<Record<string, string>>): string =>
  JSON.stringify(
    Array.from({ length: DRAWS }, (_, i) => {
      const { program, inputs } = drawn(op, classes, i);
      return [program.nodes[0].attributes, inputs.map(({ shape, data }) => [shape, [...data]])];
    }),
  );

/** Pairs of classes of one attribute for which the same stream always draws the same. */
function indistinct(op: AnyOp): string[] {
  return Object.entries(op.attributes).flatMap(([name, { classes }]) => {
    // The other attributes are held at each of their first classes, so that nothing else can differ.
    const others = Object.fromEntries(
      Object.entries(op.attributes).map(([other, attribute]) => [other, attribute.classes[0]]),
    );
    const seen = new Map<string, string>();
    return classes.flatMap((label) => {
      const cases = substance(op, { ...others, [name]: label });
      const twin = seen.get(cases);
      seen.set(cases, label);
      return twin === undefined ? [] : [`${op.name}: ${name}=${label} is drawn exactly as ${name}=${twin}`];
    });
  });
}

/** Shrinking asks for attributes that fit shapes; those of a case fit its own already. */
function unfit(op: AnyOp): string[] {
  const { adapt } = op;
  if (!adapt) return [];
  return Array.from({ length: DRAWS }, (_, i) => i).flatMap((i) => {
    const { program, inputs } = drawn(op, {}, i);
    const shapes = inputs.map(({ shape }) => shape);
    const { attributes } = program.nodes[0];
    const adapted = adapt(shapes, attributes);
    const shape = adapted && op.shape(shapes, adapted);
    return JSON.stringify(shape) === JSON.stringify(op.shape(shapes, attributes))
      ? []
      : [`${op.name} ${JSON.stringify(attributes)} becomes ${JSON.stringify(adapted)} for the same shapes`];
  });
}

/** Something simpler is there for some case of an op that says how to simplify, and differs from what it simplifies. */
function neverSimpler(op: AnyOp): string[] {
  const { simpler } = op;
  if (!simpler) return [];
  const all = Array.from({ length: DRAWS }, (_, i) => drawn(op, {}, i).program.nodes[0].attributes);
  const pairs = all.flatMap((attributes) => simpler(attributes).map((other) => [attributes, other]));
  const idle = pairs.filter(([attributes, other]) => JSON.stringify(attributes) === JSON.stringify(other));
  return [
    ...(pairs.length === 0 ? [`${op.name}: nothing is ever simpler`] : []),
    ...idle.map(([attributes]) => `${op.name}: ${JSON.stringify(attributes)} is called simpler than itself`),
  ];
}

/**
 * What a record offers besides its rules: textbook forms, kernels, the number of its kinks, and bounds. A textbook form
 * that is lost is a false alarm in waiting, a kernel that is lost is time, a kink that is lost is an alarm about a
 * convention, and bounds that are lost are a property less; nothing else would notice.
 */
const OFFERS: Readonly<Record<string, string>> = {
  add: "- | meaning | 0",
  divide: "vjp vjp | meaning | 0",
  multiply: "- | meaning | 0",
  negative: "- | meaning | 0",
  pow: "vjp | meaning | 3",
  reciprocal: "vjp vjp | meaning | 0",
  rsqrt: "vjp vjp | - | 0",
  sqrt: "vjp | meaning | 0 | value+derivative",
  square: "- | meaning | 0 | value",
  subtract: "- | meaning | 0",
  abs: "- | meaning | 1 | value+derivative",
  clip: "- | - | 2 | value+derivative",
  floorDivide: "- | - | 1",
  maximum: "- | meaning | 1",
  minimum: "- | meaning | 1",
  mod: "- | - | 1",
  sign: "- | meaning | 1",
  erf: "vjp | - | 0 | value+derivative",
  exp: "- | meaning | 0 | value+derivative",
  expm1: "vjp | meaning | 0 | value+derivative",
  log: "vjp | meaning | 0",
  log1p: "- | meaning | 0",
  acos: "vjp | meaning | 0 | derivative",
  asin: "vjp | meaning | 0 | derivative",
  atan: "- | meaning | 0 | value+derivative",
  atan2: "vjp vjp | meaning | 0",
  cos: "- | meaning | 0 | value+derivative",
  sin: "- | meaning | 0 | value+derivative",
  tan: "vjp vjp | meaning | 0",
  acosh: "meaning+vjp vjp | meaning | 0 | value+derivative",
  asinh: "vjp vjp | meaning | 0 | derivative",
  atanh: "vjp | meaning | 0 | derivative",
  cosh: "meaning+vjp | meaning | 0 | value",
  sinh: "meaning+vjp | meaning | 0",
  tanh: "vjp | meaning+vjp | 0 | value+derivative",
  elu: "vjp meaning meaning+vjp | - | 0 | value+derivative",
  hardSigmoid: "meaning+vjp | - | 2 | value+derivative",
  leakyRelu: "- | - | 1 | derivative",
  prelu: "- | - | 1",
  relu: "- | - | 1 | value+derivative",
  relu6: "- | - | 2 | value+derivative",
  selu: "meaning vjp | - | 1 | value+derivative",
  logSigmoid: "meaning+vjp vjp vjp | - | 0 | value+derivative",
  mish: "meaning+vjp | - | 0 | value+derivative",
  sigmoid: "meaning+vjp meaning+vjp | meaning+vjp | 0 | value+derivative",
  silu: "meaning+vjp vjp vjp meaning+vjp | - | 0 | value+derivative",
  softplus: "meaning+vjp vjp vjp | - | 0 | value+derivative",
  softsign: "vjp vjp | - | 0 | derivative",
  gelu: "meaning+vjp | - | 0 | value+derivative",
  logsumexp: "meaning+vjp meaning+vjp | - | 0",
  max: "- | - | 1",
  mean: "meaning+vjp meaning+vjp | - | 0",
  min: "- | - | 1",
  prod: "vjp vjp | - | 0",
  cumprod: "vjp | - | 0",
  standardDeviation: "meaning+vjp meaning+vjp | - | 1",
  variance: "meaning+vjp meaning+vjp | - | 0",
  norm: "meaning+vjp | - | 3",
  matmul: "- | meaning | 0",
  einsum: "meaning+vjp meaning+vjp | - | 0",
  sort: "- | - | 1",
  topk: "- | - | 1",
  avgPool2d: "meaning+vjp | - | 0",
  avgPool3d: "meaning+vjp | - | 0",
  maxPool2d: "- | - | 1",
  maxPool3d: "- | - | 1",
  resizeBilinear: "meaning+vjp meaning | - | 0",
  logSoftmax: "meaning+vjp meaning | - | 0",
  softmax: "vjp vjp | - | 0",
  groupNorm: "meaning+vjp meaning+vjp meaning+vjp | - | 0",
  layerNorm: "meaning+vjp meaning+vjp meaning+vjp | - | 0",
  rmsNorm: "meaning+vjp | - | 0",
  batchNorm: "meaning+vjp meaning+vjp meaning+vjp | - | 0",
  localResponseNormalization: "meaning+vjp vjp | - | 0",
  hinge: "meaning+vjp meaning+vjp | - | 1",
  huber: "meaning+vjp meaning+vjp | - | 0",
  mae: "meaning+vjp meaning+vjp | - | 1",
  mse: "meaning+vjp meaning+vjp | - | 0",
  binaryCrossEntropy: "meaning+vjp meaning+vjp | - | 0",
  klDivergence: "meaning+vjp meaning+vjp | - | 0",
  logLoss: "meaning+vjp meaning+vjp | - | 0",
  cosineDistance: "meaning+vjp meaning+vjp | - | 0",
  softmaxCrossEntropy: "meaning+vjp meaning+vjp | - | 0",
  gruCell: "meaning+vjp meaning+vjp | - | 1",
  lstmCell: "meaning+vjp | - | 1",
  rnnCell: "meaning+vjp | - | 1",
  scaledDotProductAttention: "meaning+vjp meaning+vjp | - | 0",
  dropout: "meaning+vjp | - | 0",
};

const fieldsOf = (offer: Readonly<Partial<Record<"meaning" | "vjp", unknown>>> | undefined): string =>
  (["meaning", "vjp"] as const).filter((field) => offer?.[field]).join("+") || "-";

function offersOf({ textbook, kernels, kinks, bounds }: AnyOp): string {
  const stated = bounds && Object.keys(bounds({ alpha: 1, approximate: "none" })).join("+");
  return [
    textbook.map(fieldsOf).join(" ") || "-",
    fieldsOf(kernels),
    kinks.length,
    ...(stated === undefined ? [] : [stated]),
  ].join(" | ");
}

/** A kernel that answers nothing would never be compared with the rules. */
function silentKernels(op: AnyOp): string[] {
  const { program, inputs } = drawn(op, {}, 0);
  const { attributes } = program.nodes[0];
  const y = op.kernels?.meaning?.(inputs, attributes);
  const gx = y && op.kernels?.vjp?.(y, inputs, y, attributes);
  return [
    ...(op.kernels?.meaning && !y ? [`${op.name}: kernels.meaning`] : []),
    ...(op.kernels?.vjp && gx?.length !== inputs.length ? [`${op.name}: kernels.vjp`] : []),
  ];
}

describe("what a record draws and offers", () => {
  for (const op of OPS) {
    it(`${op.name} draws each class in its own way, and fits and simplifies attributes`, () => {
      expect(indistinct(op)).toEqual([]);
      expect(unfit(op)).toEqual([]);
      expect(neverSimpler(op)).toEqual([]);
      expect(silentKernels(op)).toEqual([]);
    });

    it(`${op.name} offers the forms, kernels and kinks that it is known for`, () => {
      expect(offersOf(op), `the line of ${op.name} in OFFERS`).toBe(OFFERS[op.name] ?? "- | - | 0");
    });
  }
});
