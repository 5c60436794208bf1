import { InvalidProgramError } from "../core/errors.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { broadcastIndex, broadcastShapes, sameShape, sizeOf, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { AnyOp, Domain } from "../ops/op.js";
import { evaluateDoubles } from "../program/evaluate.js";
import { check, differentiable, singleOp, type CheckedProgram } from "../program/program.js";
import type { Case } from "../record/case.js";
import type { Attributes } from "../record/program.js";

/** Whether a case is one that a subject must be able to answer: it fits, and lies in the domain of its ops. */
export function isValid(c: Case): boolean {
  const program = tryCheck(c.program);
  if (!program) return false;
  const whole = [...c.inputs, ...c.cotangents, ...c.tangents].every((x) => x.data.length === sizeOf(x.shape));
  const fits =
    whole &&
    program.inputs.every((input, k) => sameShape(input.shape, c.inputs[k].shape)) &&
    program.outputs.every((value, o) => sameShape(program.shapes[value], c.cotangents[o].shape)) &&
    differentiable(program).every((k, i) => sameShape(program.inputs[k].shape, c.tangents[i].shape));
  if (!fits) return false;
  let values;
  try {
    values = evaluateDoubles(DOUBLES, program, c.inputs);
  } catch (error) {
    if (error instanceof InvalidProgramError) return false;
    throw error;
  }
  return program.nodes.every((node, n) => {
    const xs = node.inputs.map((value) => values[value] as Tensor);
    return inDomain(program.ops[n], xs, node.attributes);
  });
}

/** The checked program; undefined when it does not fit together. */
export const tryCheck = (program: Case["program"]): CheckedProgram | undefined =>
  unlessInvalid(() => check(program));

/** One op by itself, checked; undefined when it does not take such shapes. */
export const tryOp = (
  op: AnyOp,
  shapes: readonly Shape[],
  attributes: Attributes,
): CheckedProgram | undefined => unlessInvalid(() => check(singleOp(op, shapes, attributes)));

function unlessInvalid<R>(attempt: () => R): R | undefined {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof InvalidProgramError) return undefined;
    throw error;
  }
}

/** Whether an op is meant for these inputs: within its domain, its relation and its structure. */
export function inDomain(op: AnyOp, xs: readonly Tensor[], attributes: Attributes): boolean {
  const inputs = op.inputs(xs.length, attributes);
  if (!xs.every((x, k) => x.data.every((v) => contains(inputs[k].domain, v)))) return false;
  if (op.accepts && !op.accepts(xs, attributes)) return false;
  if (!op.relation) return true;
  const shape = broadcastShapes(xs.map((x) => x.shape));
  const read = xs.map((x) => broadcastIndex(x.shape, shape));
  for (let i = 0; i < sizeOf(shape); i++) {
    if (!op.relation(...xs.map((x, k) => x.data[read[k][i]]))) return false;
  }
  return true;
}

function contains({ low, high, open, integer }: Domain, x: number): boolean {
  if (integer && !Number.isInteger(x)) return false;
  return open ? x > low && x < high : x >= low && x <= high && Number.isFinite(x);
}
