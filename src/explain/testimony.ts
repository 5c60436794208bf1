import { formatOf } from "../core/float.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { sizeOf } from "../core/shape.js";
import { dot } from "../core/sum.js";
import { filled, type Tensor } from "../core/tensor.js";
import { pointOf, type LawJudgement } from "../laws/law.js";
import { bigDirectional, bigValue, toEstimate, type BigEstimate } from "../oracles/bigNumber.js";
import { directional, secondDirectional } from "../oracles/directional.js";
import { differences } from "../oracles/finiteDifferences.js";
import { compute, flatten, lastSums, shapesOf, type Point, type Quantity } from "../oracles/quantity.js";
import { evaluate, evaluateDoubles, liftAll } from "../program/evaluate.js";
import { differentiable } from "../program/program.js";
import { encodeCase, encodeInputs, type Case } from "../record/case.js";
import type { Testimony } from "../record/record.js";
import { decodeTensor } from "../record/tensor.js";
import type { Subject } from "../subjects/subject.js";
import { REFERENCE_RULES } from "./adjudicate.js";
import { total, unitTangents, type Dispute, type Word } from "./dispute.js";
import { complexWord, symbolicWord } from "./singleOpWords.js";

/**
 * Every oracle's word on the number that a judgement calls wrong. They share as little as they can: reverse rules;
 * dual numbers through the meaning; differences of the meaning in doubles; complex steps and symbolic derivatives of ops of
 * single elements; differences of the meaning in many digits, which settle the matter; and the subject's own outputs,
 * differenced.
 */
export async function testimonies(c: Case, judgement: LawJudgement, subject: Subject): Promise<Testimony[]> {
  const dispute = disputeOf(c, judgement);
  if (!dispute) return [];
  const { quantity, point } = dispute;
  const big = await manyDigits(dispute);
  const own = [
    testimony(dispute, REFERENCE_RULES, fromRules(dispute)),
    ...(quantity === "value"
      ? []
      : [testimony(dispute, "dual numbers through the meaning", fromDuals(dispute))]),
    ...(quantity === "gradient"
      ? [testimony(dispute, "differences of the meaning, doubles", fromDifferences(dispute))]
      : []),
    ...(big.kink ? [] : await ofSingleOp(dispute)),
    bigTestimony(dispute, big),
  ];
  if (quantity !== "gradient") return own;
  const subjects = await subjectDifferences(c, point, dispute, subject);
  return subjects ? [...own, subjects] : own;
}

/** Oracles that know ops of single elements only, and no choice at a kink. */
async function ofSingleOp(dispute: Dispute): Promise<Testimony[]> {
  const { bound } = fromRules(dispute);
  const words = [
    ["complex step through the meaning", complexWord(dispute, bound)],
    ["symbolic derivative of the meaning", await symbolicWord(dispute)],
  ] as const;
  return words.flatMap(([oracle, word]) => (word ? [testimony(dispute, oracle, word)] : []));
}

function disputeOf(c: Case, { where, element, expected, got, along }: LawJudgement): Dispute | undefined {
  const parsed = /^(value|gradient|tangent|hvp)\[(\d+)\]$/.exec(where ?? "");
  if (!parsed || element === undefined || !expected || got === undefined) return undefined;
  const quantity = parsed[1] as Quantity;
  const point = pointOf(c);
  const shapes = shapesOf(quantity, point.program);
  const before = shapes.slice(0, Number(parsed[2])).reduce((n, shape) => n + sizeOf(shape), 0);
  return {
    quantity,
    point,
    positions: along ?? [before + element],
    got,
    tolerance: (expected.high - expected.low) / 2,
  };
}

function testimony(dispute: Dispute, oracle: string, word: Word): Testimony {
  return {
    oracle,
    value: String(word.value),
    bound: word.bound.toExponential(1),
    says: says(dispute, word),
    ...(word.note && { note: word.note }),
  };
}

/** An estimate wider than the disagreement decides nothing. */
function says({ got, tolerance }: Dispute, { value, bound }: Word): Testimony["says"] {
  if (!Number.isFinite(value) || !Number.isFinite(bound)) return "cannot tell";
  if (!Number.isFinite(got)) return "contradicts";
  const distance = Math.abs(got - value);
  if (distance > tolerance + bound) return "contradicts";
  return bound > tolerance && bound > distance / 2 ? "cannot tell" : "agrees";
}

/** Doubles lose some roundings on the terms of the last sum: 64 of them are generous for the sizes drawn here. */
function fromRules({ quantity, point, positions }: Dispute): Word {
  const values = evaluate(DOUBLES, point.program, liftAll(DOUBLES, point.inputs));
  const terms = lastSums(quantity, point, values);
  return {
    value: total(flatten(compute(DOUBLES, quantity, point)), positions),
    bound: 64 * 2 ** -53 * total(terms, positions),
  };
}

function fromDuals(dispute: Dispute): Word {
  const { point, positions, quantity } = dispute;
  const { bound } = fromRules(dispute);
  if (quantity === "hvp") {
    const directions = [point.tangents, unitTangents(point, positions)] as const;
    return { value: secondDirectional(point.program, point.inputs, directions, point.cotangents), bound };
  }
  if (quantity === "tangent") {
    return {
      value: total(flatten(directional(point.program, point.inputs, point.tangents)), positions),
      bound,
    };
  }
  const dy = directional(point.program, point.inputs, unitTangents(point, positions));
  return { value: dot(flatten(dy), flatten(point.cotangents)), bound };
}

function fromDifferences(dispute: Dispute): Word {
  const { point, positions } = dispute;
  const moving = differentiable(point.program);
  const x = flatten(moving.map((k) => point.inputs[k]));
  const w = flatten(unitTangents(point, positions));
  // A step in units of the coordinate it moves, so that small inputs are not stepped over.
  const unit = Math.max(...positions.map((i) => Math.abs(x[i]))) || 1;
  const f = (flat: Float64Array): Float64Array => {
    const values = evaluateDoubles(DOUBLES, point.program, withMoved(point, moving, flat));
    return flatten(point.program.outputs.map((value) => values[value]));
  };
  const measured = differences(
    f,
    x,
    w.map((step) => step * unit),
    flatten(point.cotangents),
  );
  const note =
    measured.status === "kink" ? "at a kink: the interval between the one-sided slopes" : undefined;
  return { value: measured.value / unit, bound: measured.bound / unit, ...(note && { note }) };
}

function withMoved(point: Point, moving: readonly number[], flat: Float64Array): Tensor[] {
  const inputs = [...point.inputs];
  let from = 0;
  for (const k of moving) {
    const { shape } = inputs[k];
    inputs[k] = { shape, data: flat.slice(from, from + sizeOf(shape)) };
    from += sizeOf(shape);
  }
  return inputs;
}

async function manyDigits({ quantity, point, positions }: Dispute): Promise<BigEstimate> {
  const { program, inputs } = point;
  if (quantity === "gradient") {
    return bigDirectional(program, inputs, unitTangents(point, positions), point.cotangents);
  }
  if (quantity === "hvp") {
    const of = unitTangents(point, positions);
    return bigDirectional(program, inputs, point.tangents, point.cotangents, { of });
  }
  let position = positions[0];
  const output = program.outputs.findIndex((value) => {
    const size = sizeOf(program.shapes[value]);
    if (position < size) return true;
    position -= size;
    return false;
  });
  if (quantity === "value") return bigValue(program, inputs, output, position);
  const chosen = program.outputs.map((value, o) => {
    const cotangent = filled(program.shapes[value], 0);
    if (o === output) cotangent.data[position] = 1;
    return cotangent;
  });
  return bigDirectional(program, inputs, point.tangents, chosen);
}

function bigTestimony(dispute: Dispute, big: BigEstimate): Testimony {
  const { value, bound } = toEstimate(big);
  return {
    oracle: dispute.quantity === "value" ? "meaning, many digits" : "differences of the meaning, many digits",
    value: big.value,
    bound: big.bound,
    says: says(dispute, { value, bound }),
    note: big.kink ? "at a kink: the derivative is a choice" : `${big.digits} digits`,
  };
}

/** The subject's own outputs, differenced: coarse at float32, but nothing of ours takes part. */
async function subjectDifferences(
  c: Case,
  point: Point,
  dispute: Dispute,
  subject: Subject,
): Promise<Testimony | undefined> {
  const { u, round } = formatOf(c.dtype);
  const moving = differentiable(point.program);
  const x = flatten(moving.map((k) => point.inputs[k]));
  const w = flatten(unitTangents(point, dispute.positions));
  const unit = Math.max(...dispute.positions.map((i) => Math.abs(x[i]))) || 1;
  const v = flatten(point.cotangents);
  let best: Word | undefined;
  let previous: number | undefined;
  for (const exponent of [-3, -4, -5, -6, -7, -8]) {
    const h = unit * 2 ** exponent;
    const sides: Float64Array[] = [];
    for (const side of [1, -1]) {
      const inputs = withMoved(
        point,
        moving,
        x.map((value, i) => round(value + side * h * w[i])),
      );
      const outcome = await subject.evaluate({
        program: encodeCase(c).program,
        mode: "value",
        inputs: encodeInputs({ ...c, inputs }),
        wrt: [],
        seeds: [],
        want: ["value"],
      });
      if (outcome.status !== "ok" || !outcome.value) return undefined;
      sides.push(flatten(outcome.value.map(decodeTensor)));
    }
    const slope =
      dot(
        v,
        sides[0].map((y, j) => y - sides[1][j]),
      ) /
      (2 * h);
    if (!Number.isFinite(slope)) continue;
    // Outputs and moved inputs each carry a rounding or two; the rest of the bound is what a halved step changes.
    const noise = (8 * u * sides[0].reduce((sum, y, j) => sum + Math.abs(v[j] * y), 0)) / h;
    const bound = noise + (previous === undefined ? Infinity : 2 * Math.abs(slope - previous));
    if (Number.isFinite(bound) && (!best || bound < best.bound)) best = { value: slope, bound };
    previous = slope;
  }
  return best && testimony(dispute, "the subject's own outputs, differenced", best);
}
