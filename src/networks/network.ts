import { GradproofError } from "../core/errors.js";
import { sameShape, showShape, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { CheckedProgram } from "../program/program.js";

/** A program whose inputs and inner values have names, such as `layer1/kernel` and `layer1/sum`. */
export interface Network {
  readonly program: CheckedProgram;
  /** Number of each input. Inputs that are constants of the network are among them. */
  readonly inputs: Readonly<Record<string, number>>;
  /** Names of the inputs that are learnt. */
  readonly parameters: readonly string[];
  /** What the constants hold (the scale of a branch, the signs of a readout). */
  readonly constants: Readonly<Record<string, Tensor>>;
  /** Numbers of values by name, for whoever looks inside; outputs and inputs are among them. */
  readonly values: Readonly<Record<string, number>>;
}

/** Shapes of the inputs that have to be given, in the order of the program. */
export function openInputs({ program, inputs, constants }: Network): Readonly<Record<string, Shape>> {
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([name]) => !Object.hasOwn(constants, name))
      .map(([name, number]) => [name, program.inputs[number].shape]),
  );
}

/** @throws GradproofError `unknown-value` */
export function valueOf({ values }: Network, name: string): number {
  if (Object.hasOwn(values, name)) return values[name];
  const known = Object.keys(values).join(", ");
  throw new GradproofError("unknown-value", `the network has no value "${name}": it has ${known}`);
}

/**
 * The inputs of the program, from those that are given by name and the constants.
 *
 * @throws GradproofError `network-inputs` for a name that is missing or unknown, or another shape
 */
export function inputTensors(network: Network, given: Readonly<Record<string, Tensor>>): Tensor[] {
  const open = openInputs(network);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(open, name)) continue;
    const known = Object.keys(open).join(", ");
    throw new GradproofError("network-inputs", `the network takes no input "${name}": it takes ${known}`);
  }
  const tensors: Tensor[] = [];
  for (const [name, number] of Object.entries(network.inputs)) {
    const { shape } = network.program.inputs[number];
    const tensor = network.constants[name] ?? given[name];
    if (!tensor || !sameShape(tensor.shape, shape)) {
      const got = tensor ? `has shape ${showShape(tensor.shape)}` : "is missing";
      throw new GradproofError(
        "network-inputs",
        `input "${name}" ${got}: must have shape ${showShape(shape)}`,
      );
    }
    tensors[number] = tensor;
  }
  return tensors;
}
