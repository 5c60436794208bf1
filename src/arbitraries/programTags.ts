import { broadcastShapes, sameShape, sizeOf } from "../core/shape.js";
import type { CheckedProgram } from "../program/program.js";
import { neededValues } from "../record/program.js";
import { isContraction, mayReduce } from "./programHints.js";

/** What is worth counting about a graph. */
export interface Features {
  /** A value that a node made is read twice, or read and returned: its cotangents must be added up. */
  readonly sharedNode: boolean;
  readonly sharedInput: boolean;
  /** A node reads the same value twice. */
  readonly repeatedInput: boolean;
  readonly reduction: boolean;
  /** A matrix product or a convolution. */
  readonly contraction: boolean;
  readonly broadcast: boolean;
  /** A node on which no output depends. */
  readonly deadBranch: boolean;
  /** An input on which no output depends. */
  readonly unusedInput: boolean;
  readonly severalOutputs: boolean;
}

export function featuresOf(program: CheckedProgram): Features {
  const { inputs, nodes, outputs, ops, shapes, made } = program;
  const first = inputs.length;
  const reads = [...nodes.flatMap((node) => node.inputs), ...outputs];
  const isShared = (v: number): boolean => reads.indexOf(v) !== reads.lastIndexOf(v);
  const needed = neededValues(program);
  return {
    sharedNode: reads.some((v) => v >= first && isShared(v)),
    sharedInput: reads.some((v) => v < first && isShared(v)),
    repeatedInput: nodes.some((node) => new Set(node.inputs).size < node.inputs.length),
    reduction: nodes.some(
      (node, n) => mayReduce(ops[n]) && sizeOf(shapes[made[n][0]]) < sizeOf(shapes[node.inputs[0]]),
    ),
    contraction: ops.some(isContraction),
    broadcast: nodes.some((node, n) => {
      if (!ops[n].elementwise) return false;
      const whole = broadcastShapes(node.inputs.map((v) => shapes[v]));
      return node.inputs.some((v) => !sameShape(shapes[v], whole));
    }),
    deadBranch: made.some((values) => !values.some((v) => needed.has(v))),
    unusedInput: inputs.some((_, k) => !needed.has(k)),
    severalOutputs: outputs.length > 1,
  };
}

const NAMES: Readonly<Record<keyof Features, string>> = {
  sharedNode: "shared node",
  sharedInput: "shared input",
  repeatedInput: "repeated input",
  reduction: "reduction",
  contraction: "matmul or convolution",
  broadcast: "broadcast",
  deadBranch: "dead branch",
  unusedInput: "unused input",
  severalOutputs: "several outputs",
};

const bucket = (
  x: number,
  limits: readonly number[],
  name: (low: number, high: number) => string,
): string => {
  const i = limits.findIndex((limit) => x <= limit);
  return i < 0
    ? name(limits[limits.length - 1] + 1, Infinity)
    : name(i === 0 ? 0 : limits[i - 1] + 1, limits[i]);
};

const span = (low: number, high: number): string =>
  low === high ? String(low) : high === Infinity ? `${low} and more` : `${low} to ${high}`;

export interface Drawing {
  readonly reaims: number;
  readonly condition: number;
  readonly guarded: boolean;
  readonly plain: boolean;
}

/** Tags by which a record shows what programs were drawn. */
export function programTags(
  program: CheckedProgram,
  { reaims, condition, guarded, plain }: Drawing,
): string[] {
  const features = featuresOf(program);
  const { sharedNode, reduction, contraction } = features;
  const present = Object.entries(NAMES).filter(([name]) => features[name as keyof Features]);
  return [
    `program nodes:${bucket(program.nodes.length, [4, 10, 19, 40], span)}`,
    ...present.map(([, name]) => `program:${name}`),
    ...(sharedNode && reduction && contraction ? ["program:all three"] : []),
    ...(guarded ? [] : ["program:as it comes"]),
    ...(plain ? ["program:plain use"] : []),
    `program re-aims:${bucket(reaims, [0, 2, 5, 10], span)}`,
    `program condition:${condition > 1000 ? "above 1000" : condition > 100 ? "100 to 1000" : condition > 10 ? "10 to 100" : "below 10"}`,
  ];
}
