import { GradproofError, InvalidProgramError } from "../core/errors.js";
import { showShape, type Shape } from "../core/shape.js";
import { findOp } from "../ops/index.js";
import type { AnyOp, Attributes, Input } from "../ops/op.js";
import { valuesOfNodes, type InputType, type Program } from "../record/program.js";

export type { InputType, Node, Program, ProgramInput } from "../record/program.js";

/** A program whose ops are resolved and whose shapes are known. */
export interface CheckedProgram extends Program {
  readonly ops: readonly AnyOp[];
  /** Shape of every value. */
  readonly shapes: readonly Shape[];
  /** Numbers of the values that each node makes. */
  readonly made: readonly (readonly number[])[];
}

/**
 * Resolves the ops and infers the shape of every value.
 *
 * @throws InvalidProgramError with the node's number, its op and what does not fit
 */
export function check(program: Program): CheckedProgram {
  const shapes: Shape[] = program.inputs.map((input) => input.shape);
  const types: InputType[] = program.inputs.map((input) => input.type);
  for (const [i, { shape }] of program.inputs.entries()) {
    if (!shape.every((length) => Number.isInteger(length) && length >= 0)) {
      throw new InvalidProgramError(`input ${i}: ${showShape(shape)} is not a shape`);
    }
  }
  const ops = program.nodes.map((node, n) => {
    const where = `node ${n} (${node.op})`;
    const op = within(where, () => findOp(node.op));
    const { low, high } = op.arity;
    if (node.inputs.length < low || node.inputs.length > high) {
      throw new InvalidProgramError(
        `${where}: takes ${low === high ? low : `${low} to ${high}`} inputs, got ${node.inputs.length}`,
      );
    }
    for (const value of node.inputs) {
      if (!Number.isInteger(value) || value < 0 || value >= shapes.length) {
        throw new InvalidProgramError(
          `${where}: reads value ${value}, but only 0..${shapes.length - 1} exist before it`,
        );
      }
    }
    const inputs = within(where, () => inputsOf(op, node.inputs.length, node.attributes));
    node.inputs.forEach((value, k) => checkType(where, inputs[k], types[value]));
    const read = node.inputs.map((value) => shapes[value]);
    const parts = within(where, () => op.parts?.(read, node.attributes) ?? [op.shape(read, node.attributes)]);
    const { outputs = 1 } = node;
    if (parts.length !== outputs) {
      throw new InvalidProgramError(`${where}: makes ${parts.length} values, and not ${outputs} as it says`);
    }
    shapes.push(...parts);
    types.push(...parts.map((): InputType => "float"));
    return op;
  });
  if (program.outputs.length === 0) throw new InvalidProgramError("a program needs at least one output");
  for (const value of program.outputs) {
    if (!Number.isInteger(value) || value < 0 || value >= shapes.length) {
      throw new InvalidProgramError(`output ${value} does not exist; values are 0..${shapes.length - 1}`);
    }
  }
  return { ...program, ops, shapes, made: valuesOfNodes(program) };
}

/** @throws InvalidProgramError when the attributes ask for another number of inputs */
function inputsOf(op: AnyOp, count: number, attributes: Attributes): readonly Input[] {
  const inputs = op.inputs(count, attributes);
  if (inputs.length === count) return inputs;
  throw new InvalidProgramError(
    `${op.name} takes ${inputs.length} inputs with attributes ${JSON.stringify(attributes)}, got ${count}`,
  );
}

/** Puts the node before what is said of it. */
function within<R>(where: string, step: () => R): R {
  try {
    return step();
  } catch (error) {
    if (error instanceof InvalidProgramError) throw new InvalidProgramError(`${where}: ${error.message}`);
    if (error instanceof GradproofError) throw new GradproofError(error.code, `${where}: ${error.message}`);
    throw error;
  }
}

function checkType(where: string, input: Input, type: InputType): void {
  if (input.domain.type !== type) {
    throw new InvalidProgramError(`${where}: input ${input.name} is ${input.domain.type}, got ${type}`);
  }
}

/** The program that applies one op to inputs of its own. */
export function singleOp(op: AnyOp, shapes: readonly Shape[], attributes: Attributes): Program {
  const inputs = inputsOf(op, shapes.length, attributes);
  const outputs = op.parts?.(shapes, attributes).length ?? 1;
  return {
    inputs: shapes.map((shape, k) => ({ shape, type: inputs[k].domain.type })),
    nodes: [
      {
        op: `${op.name}@${op.version}`,
        attributes,
        inputs: shapes.map((_, k) => k),
        ...(outputs > 1 && { outputs }),
      },
    ],
    outputs: Array.from({ length: outputs }, (_, o) => shapes.length + o),
  };
}

/** Numbers of the inputs that can be differentiated. */
export const differentiable = (program: Program): number[] =>
  program.inputs.flatMap((input, k) => (input.type === "float" ? [k] : []));
