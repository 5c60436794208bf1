import { InvalidProgramError } from "../core/errors.js";
import type { Shape } from "../core/shape.js";
import { check } from "../program/program.js";
import { valuesOfNodes, type Attributes, type Node, type Program } from "../record/program.js";
import { UnsupportedError } from "./adapter.js";
import { Expression } from "./tfjsExpression.js";
import type { TfjsLayer, TfjsOp } from "./tfjsOp.js";
import { TFJS_OPS } from "./tfjsOps.js";

/** One op of the program, in the words of TensorFlow.js. */
export interface Step {
  /** Of the values that it makes. */
  readonly names: readonly string[];
  readonly expression: Expression;
  readonly op: TfjsOp;
  readonly attributes: Attributes;
  /** Names of what the op reads. */
  readonly inputs: readonly string[];
}

/** A layer whose weights are inputs of the program. */
export interface WeightedLayer {
  readonly name: string;
  readonly create: Expression;
  /** Shape of what it is applied to. */
  readonly shape: readonly number[];
  /** Numbers of the inputs that are its first weights, in the layer's order. */
  readonly weights: readonly number[];
  /** A recurrent layer takes its weights for made only when it has been applied: \`build\` leaves that unsaid. */
  readonly madeBy?: "apply";
}

export interface TfjsProgram {
  readonly layers: readonly WeightedLayer[];
  readonly steps: readonly Step[];
  readonly outputs: readonly string[];
}

export const inputName = (k: number): string => `x${k}`;
/** Of the cotangent of output k, the tangent of input k, and the gradient of input k. */
export const seedName = (k: number): string => `dy${k}`;
export const tangentName = (k: number): string => `dx${k}`;
export const gradientName = (k: number): string => `g${k}`;
const nameOf = (program: Program, value: number): string =>
  value < program.inputs.length ? inputName(value) : `v${value}`;

/**
 * Of every value; of a program that does not fit together, of its inputs alone: what does not fit is for the library to
 * refuse, and not for us.
 */
function knownShapes(program: Program): readonly Shape[] {
  try {
    return check(program).shapes;
  } catch (error) {
    if (error instanceof InvalidProgramError) return program.inputs.map(({ shape }) => shape);
    throw error;
  }
}

/** @throws UnsupportedError for an op that the library lacks, or weights that are no variables */
export function translate(program: Program): TfjsProgram {
  const layers: WeightedLayer[] = [];
  const made = valuesOfNodes(program);
  const isMade = (name: string): boolean => layers.some((layer) => layer.name === name);
  const shapes = knownShapes(program);
  const steps = program.nodes.map((node, n): Step => {
    const op = TFJS_OPS[node.op.replace(/@1$/, "")];
    if (!op) throw new UnsupportedError("op", `TensorFlow.js has no ${node.op}`);
    const inputs = node.inputs.map((value) => nameOf(program, value));
    const xs = inputs.map(Expression.value);
    const read = node.inputs.map((value) => shapes[value] ?? []);
    const layer = op.layer?.(node.attributes, read);
    const weighted = layer && weightedLayer(program, n, shapes, layer);
    if (weighted && !isMade(weighted.name)) layers.push({ ...weighted, shape: read[0] });
    return {
      names: made[n].map((value) => nameOf(program, value)),
      expression:
        layer && weighted
          ? applied(Expression.value(weighted.name), layer, xs)
          : op.call(xs, node.attributes, read),
      op,
      attributes: node.attributes,
      inputs,
    };
  });
  return { layers, steps, outputs: program.outputs.map((value) => nameOf(program, value)) };
}

/**
 * A layer's weights are variables, made by the layer; a gradient reaches the variables and goes no further. That serves
 * inputs of the program which are weights of this layer and nothing else. Nodes that have all of them in common are the
 * same layer, applied several times: a cell, step by step.
 */
function weightedLayer(
  program: Program,
  n: number,
  shapes: readonly (readonly number[])[],
  { create, weights }: TfjsLayer,
): Omit<WeightedLayer, "shape"> {
  const own = weights.map((k) => program.nodes[n].inputs[k]);
  const shape = (node: Node): string => (shapes[node.inputs[0]] ?? []).join();
  const looks = ({ op, attributes }: Node): string => JSON.stringify([op, attributes]);
  const users = program.nodes.flatMap((node, m) =>
    looks(node) === looks(program.nodes[n]) &&
    shape(node) === shape(program.nodes[n]) &&
    weights.every((k, i) => node.inputs[k] === own[i])
      ? [m]
      : [],
  );
  const reads = [...program.nodes.flatMap((node) => node.inputs), ...program.outputs];
  for (const weight of own) {
    const elsewhere = reads.filter((value) => value === weight).length > users.length;
    if (weight >= program.inputs.length || elsewhere) {
      throw new UnsupportedError("program", `the weights of ${create.toString()} are variables of the layer`);
    }
  }
  return { name: `layer${valuesOfNodes(program)[users[0]][0]}`, create, weights: own };
}

function applied(name: Expression, { appliedTo, options }: TfjsLayer, xs: readonly Expression[]): Expression {
  const inputs = appliedTo.map((k) => xs[k]);
  return name.applyTo(inputs.length === 1 ? inputs[0] : inputs, options);
}

/** Name by place of what a list holds; nothing where none of it is an output. */
export function namesInList({ names, op, attributes }: Step): readonly string[] {
  const places = op.places?.(attributes) ?? names.map((_, k) => k);
  return Array.from({ length: Math.max(...places) + 1 }, (_, place) => names[places.indexOf(place)] ?? "");
}

/** The scalar whose gradient is the vector-Jacobian product: what one writes to give each output its cotangent. */
export const weightedSum = (outputs: readonly Expression[]): Expression =>
  innerProduct(outputs.map((y, k) => [y, Expression.value(seedName(k))]));

/** The scalar whose gradient is the Hessian-vector product. */
export const gradientAlong = (inputs: readonly number[]): Expression =>
  innerProduct(inputs.map((k) => [Expression.value(gradientName(k)), Expression.value(tangentName(k))]));

function innerProduct(pairs: readonly (readonly [Expression, Expression])[]): Expression {
  const { call } = Expression;
  const terms = pairs.map(([a, b]) => call("sum", call("mul", a, b)));
  return terms.length === 1 ? terms[0] : call("addN", terms);
}
