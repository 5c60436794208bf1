import type { Algebra } from "../core/algebra.js";
import { formatOf, type FloatType } from "../core/float.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import {
  dot,
  filled,
  liftTensor,
  mapTensor,
  tensor,
  toTensor,
  type NdArray,
  type Tensor,
} from "../core/tensor.js";
import { askGradient, askHessian, askValue, pointOf, type LawJudgement } from "../laws/law.js";
import type { AnyOp } from "../ops/op.js";
import { compute } from "../oracles/quantity.js";
import { partsOf } from "../program/bundle.js";
import { check, differentiable, singleOp, type CheckedProgram } from "../program/program.js";
import type { Case } from "../record/case.js";
import type { Cause } from "../record/fault.js";
import type { Attributes } from "../record/program.js";
import type { EvalQuestion } from "../record/protocol.js";
import { decodeTensor } from "../record/tensor.js";
import type { Subject } from "../subjects/subject.js";
import { compositionOf, type Composition } from "./compositions.js";

/**
 * The fault behind one that an op shows. A guess becomes a cause only by its numbers: it predicts what the subject
 * gave, which is far from the truth. Two faults that give one op the same wrong number cannot be told apart from outside.
 */
export async function causeOf(
  c: Case,
  judgement: LawJudgement,
  subject: Subject,
): Promise<Cause | undefined> {
  const [, quantity, result] = /^(value|hvp)\[(\d+)\]$/.exec(judgement.where ?? "") ?? [];
  if (judgement.verdict !== "fail" || c.program.nodes.length !== 1) return undefined;
  if (quantity === "hvp") return causeOfHessian(c, Number(result), subject);
  return quantity === "value" ? causeOfValue(c, Number(result), subject) : undefined;
}

/** A prediction explains a wrong number when it leaves at most this part of the error. */
const UNEXPLAINED = 0.1;

/** Whether the numbers are those predicted, as far as they are from the truth. */
function explains(predicted: Tensor, got: Tensor, truth: Tensor): boolean {
  const apart = (a: Tensor, b: Tensor): number =>
    a.data.reduce((most, x, i) => Math.max(most, Math.abs(x - b.data[i])), 0);
  const error = apart(got, truth);
  return Number.isFinite(error) && error > 0 && apart(got, predicted) <= UNEXPLAINED * error;
}

async function causeOfHessian(c: Case, result: number, subject: Subject): Promise<Cause | undefined> {
  const got = (await resultsOf(subject, askHessian(c)))?.[result];
  if (!got) return undefined;
  const truth = hessian(c)[result];
  const own = await changeOfGradient(c, result, subject);
  if (own && explains(own, got, truth)) {
    return {
      kind: "wrong gradient",
      ops: opsOf(c),
      because:
        "It is what the subject's own gradients give when they are differenced: it is these that are wrong, at other inputs.",
    };
  }
  const composition = compositionOf(check(c.program));
  return composition ? heldInside(c, composition, result, got, subject) : heldItself(c, subject);
}

/** The op's gradient counts as constant when it is differentiated again: in a square of the op that is one term of two. */
async function heldItself(c: Case, subject: Subject): Promise<Cause | undefined> {
  const [op] = opsOf(c);
  if (c.program.outputs.length !== 1 || !(await isHeld(c, subject))) return undefined;
  const { nodes, outputs, inputs } = c.program;
  const squared: Case = {
    ...c,
    program: {
      inputs,
      nodes: [...nodes, { op: "square@1", attributes: {}, inputs: outputs }],
      outputs: [outputs[0] + 1],
    },
  };
  const got = await resultsOf(subject, askHessian(squared));
  const [predicted, truth] = [hessian(squared, new Set([op])), hessian(squared)];
  if (!got?.every((h, k) => explains(predicted[k], h, truth[k]))) return undefined;
  return {
    kind: "held gradient",
    ops: [op],
    because: `In the square of it, one term of the second derivative is there and the other is missing: the gradient of ${op} is right, and counts as constant when it is differentiated again.`,
  };
}

async function heldInside(
  c: Case,
  { program, constants }: Composition,
  result: number,
  got: Tensor,
  subject: Subject,
): Promise<Cause | undefined> {
  const written: Case = {
    ...c,
    program,
    inputs: [...c.inputs, ...constants],
    tangents: [...c.tangents, ...constants.map((x) => filled(x.shape, 0))],
  };
  const held = new Set<string>();
  for (const [name, inside] of await casesInside(written, program)) {
    if (await isHeld(inside, subject)) held.add(name);
  }
  const [predicted, truth] = [hessian(written, held)[result], hessian(c)[result]];
  if (held.size === 0 || !explains(predicted, got, truth)) return undefined;
  const names = [...held].join(" and ");
  return {
    kind: "held gradient",
    ops: [...held],
    because: `Made of simpler ops, it gives the subject's number when the gradient of ${names} counts as constant in the second differentiation, as it does for ${names} alone.`,
  };
}

/** Whether the subject says that the gradient of an op does not change, although it does. */
async function isHeld(c: Case, subject: Subject): Promise<boolean> {
  const got = await resultsOf(subject, askHessian(c));
  const truth = hessian(c);
  const nothing = (x: Tensor | undefined): boolean => x !== undefined && x.data.every((v) => v === 0);
  return got !== undefined && got.every(nothing) && !truth.every(nothing);
}

/** The op has the wrong value because an op that it is made of has: that one's own number in its place gives the same. */
async function causeOfValue(c: Case, result: number, subject: Subject): Promise<Cause | undefined> {
  const composition = compositionOf(check(c.program));
  const got = composition && (await resultsOf(subject, askValue(c)))?.[result];
  if (!composition || !got) return undefined;
  const { program, constants } = composition;
  const written = { ...c, program, inputs: [...c.inputs, ...constants] };
  const output = program.outputs[result];
  const truth = (await valuesIn(written, program))[output];
  for (const op of new Set(program.ops.map(({ name }) => name))) {
    const values = await valuesIn(written, program, { op, subject });
    if (values.length <= output || !explains(values[output], got, truth)) continue;
    return {
      kind: "another op",
      ops: [op],
      because: `Made of simpler ops, all of them exact but ${op}, which is the subject's own, it gives the subject's number.`,
    };
  }
  return undefined;
}

/** A case of each op of a program, at the values that it meets there. */
async function casesInside(c: Case, program: CheckedProgram): Promise<Map<string, Case>> {
  const values = await valuesIn(c, program);
  const cases = new Map<string, Case>();
  program.nodes.forEach(({ inputs, attributes }, n) => {
    const op = program.ops[n];
    const xs = inputs.map((value) => values[value]);
    if (!cases.has(op.name)) cases.set(op.name, plainCase(op, xs, attributes, c.dtype));
  });
  return cases;
}

/** One op at a point of the precision; every cotangent and tangent is 1. */
function plainCase(op: AnyOp, xs: readonly Tensor[], attributes: Attributes, dtype: FloatType): Case {
  const { round } = formatOf(dtype);
  const shapes = xs.map((x) => x.shape);
  const { inputs, nodes, outputs, shapes: all } = check(singleOp(op, shapes, attributes));
  const program = { inputs, nodes, outputs };
  return {
    program,
    dtype,
    inputs: xs.map((x) => mapTensor(x, round)),
    cotangents: outputs.map((value) => filled(all[value], 1)),
    tangents: differentiable(program).map((k) => filled(shapes[k], 1)),
    tags: [],
  };
}

/** Every value of a program, exactly; or with one op answered by the subject. Values that it does not give are missing. */
async function valuesIn(
  c: Case,
  program: CheckedProgram,
  own?: { readonly op: string; readonly subject: Subject },
): Promise<Tensor[]> {
  const values: Tensor[] = [...c.inputs];
  for (const [n, { inputs, attributes }] of program.nodes.entries()) {
    const op = program.ops[n];
    const xs = inputs.map((value) => values[value]);
    if (own?.op === op.name) {
      const answer = await resultsOf(own.subject, askValue(plainCase(op, xs, attributes, c.dtype)));
      if (!answer) return values;
      values.push(...answer);
    } else {
      const y = op.meaning(DOUBLES, xs, attributes);
      values.push(...partsOf(DOUBLES, program, n, y).map((part) => toTensor(DOUBLES, part)));
    }
  }
  return values;
}

/** What a subject answers, nothing counting as zeros; undefined where it does not answer. */
async function resultsOf(subject: Subject, question: EvalQuestion): Promise<Tensor[] | undefined> {
  const outcome = await subject.evaluate(question);
  if (outcome.status !== "ok") return undefined;
  if (question.mode === "value") return outcome.value?.map(decodeTensor);
  return outcome.grads?.map((wire, i) =>
    wire ? decodeTensor(wire) : filled(question.program.inputs[question.wrt[i]].shape, 0),
  );
}

/** The Hessian-vector products, where the gradients of some ops may count as constant. */
function hessian(c: Case, held: ReadonlySet<string> = new Set()): Tensor[] {
  const point = pointOf(c);
  const ops = point.program.ops.map((op) => (held.has(op.name) ? holding(op) : op));
  return compute(DOUBLES, "hvp", { ...point, program: { ...point.program, ops } }) as Tensor[];
}

/** An op whose reverse rule does not see that its inputs move. */
function holding(op: AnyOp): AnyOp {
  const still = <T>(A: Algebra<T>, x: NdArray<T>): NdArray<T> => liftTensor(A, toTensor(A, x));
  return {
    ...op,
    vjp: (A, gy, xs, y, attributes) =>
      op.vjp(
        A,
        gy,
        xs.map((x) => still(A, x)),
        still(A, y),
        attributes,
      ),
  };
}

/** A step of one element: of its square, and of float32 roundings divided by it, little is left. */
const STEP = 2 ** -7;
/** Elements that are moved at most: each takes two questions. */
const MOST_MOVED = 32;

/** The gradient by differences of ⟨the subject's own gradient, tangents⟩, which the Hessian product is by definition. */
async function changeOfGradient(c: Case, result: number, subject: Subject): Promise<Tensor | undefined> {
  const k = differentiable(c.program)[result];
  const x = c.inputs[k];
  if (x.data.length > MOST_MOVED) return undefined;
  const along = async (element: number, step: number): Promise<number> => {
    const moved = mapTensor(x, (v, i) => (i === element ? v + step : v));
    const gradients = await resultsOf(subject, askGradient({ ...c, inputs: c.inputs.with(k, moved) }));
    return gradients?.reduce((total, g, j) => total + dot(g.data, c.tangents[j].data), 0) ?? NaN;
  };
  const changes = await Promise.all(
    Array.from(x.data, async (_, i) => ((await along(i, STEP)) - (await along(i, -STEP))) / (2 * STEP)),
  );
  return tensor(x.shape, changes);
}

const opsOf = ({ program }: Case): string[] => program.nodes.map(({ op }) => op.replace(/@\d+$/, ""));
