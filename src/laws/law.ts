import { filled, type Tensor } from "../core/tensor.js";
import { showShape, sameShape } from "../core/shape.js";
import type { Precision } from "../oracles/tolerance.js";
import type { Point } from "../oracles/quantity.js";
import { check, differentiable } from "../program/program.js";
import { encodeInputs, type Case } from "../record/case.js";
import { neededValues } from "../record/program.js";
import { GradproofError } from "../core/errors.js";
import {
  INCONSISTENT_TENSOR,
  type EvalQuestion,
  type Mode,
  type Nesting,
  type Outcome,
} from "../record/protocol.js";
import { decodeTensor, encodeTensor, type WireTensor } from "../record/tensor.js";
import type { Judgement, Verdict } from "../record/verdict.js";

/**
 * What must hold of every correct implementation.
 *
 * Both halves are pure: the same law serves random cases, golden fixtures, replays and a bug report, and a record
 * can be judged again.
 */
export interface Law {
  readonly name: string;
  /** Ways of evaluating that the law needs. */
  readonly modes: readonly Mode[];
  /** It holds results against the mathematics at the case's own point, so that oracles can testify to them. */
  readonly againstTruth?: true;
  requests(c: Case): EvalQuestion[];
  /** @param outcomes one per request, in order */
  judge(c: Case, outcomes: readonly Outcome[], precision: Precision): LawJudgement;
  /** The question whose answer shows what was judged, where it is not that at the case's own numbers. */
  shows?(c: Case, judgement: LawJudgement): EvalQuestion | undefined;
}

/** A judgement in numbers; `record/` spells those that JSON cannot hold. */
export interface LawJudgement {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly kind?: string | undefined;
  readonly where?: string | undefined;
  readonly element?: number | undefined;
  readonly expected?: { readonly low: number; readonly high: number; readonly value: number } | undefined;
  readonly got?: number | undefined;
  readonly errorOverAttainable?: number | undefined;
  readonly resolution?: number | undefined;
  /** Positions of the flattened results whose sum is meant; default the worst element. */
  readonly along?: readonly number[] | undefined;
  /** Choice made at an exact tie or kink, for the conventions table. */
  readonly share?: string | undefined;
  /** What stands behind a pass besides this case: proofs, and how many boxes they took. */
  readonly evidence?: readonly string[] | undefined;
}

export const PASS: LawJudgement = { verdict: "pass", reason: "" };

export const failure = (
  kind: string,
  where: string,
  reason: string,
  more: Partial<LawJudgement> = {},
): LawJudgement => ({
  verdict: "fail",
  kind,
  where,
  reason,
  ...more,
});

export const undecided = (reason: string): LawJudgement => ({ verdict: "inconclusive", reason });

/** The question "what is the value at this point". */
export const askValue = (c: Case): EvalQuestion => ({
  program: c.program,
  mode: "value",
  inputs: encodeInputs(c),
  wrt: [],
  seeds: [],
  want: ["value"],
});

/** The question "what are value and gradients there", for the case's own cotangents unless others are given. */
export const askGradient = (
  c: Case,
  options: {
    readonly cotangents?: readonly Tensor[];
    /** Numbers of the inputs; default all that can be differentiated. */
    readonly wrt?: readonly number[];
    readonly want?: EvalQuestion["want"];
  } = {},
): EvalQuestion => ({
  program: c.program,
  mode: "vjp",
  inputs: encodeInputs(c),
  wrt: [...(options.wrt ?? differentiable(c.program))],
  seeds: (options.cotangents ?? c.cotangents).map((x) => encodeTensor(x, c.dtype)),
  want: options.want ?? ["value", "grads"],
});

/** The question "what is the Hessian-vector product there", of Σ⟨cotangent, output⟩ along the tangents. */
export const askHessian = (
  c: Case,
  options: { readonly tangents?: readonly Tensor[]; readonly nesting?: Nesting } = {},
): EvalQuestion => ({
  ...askGradient(c, { want: ["grads"] }),
  mode: "hvp",
  seeds: [...c.cotangents, ...(options.tangents ?? c.tangents)].map((x) => encodeTensor(x, c.dtype)),
  ...(options.nesting && { nesting: options.nesting }),
});

export const askTangent = (c: Case): EvalQuestion => ({
  program: c.program,
  mode: "jvp",
  inputs: encodeInputs(c),
  wrt: differentiable(c.program),
  seeds: c.tangents.map((x) => encodeTensor(x, c.dtype)),
  want: ["value", "grads"],
});

export const pointOf = (c: Case): Point => ({
  program: check(c.program),
  inputs: c.inputs,
  cotangents: c.cotangents,
  tangents: c.tangents,
});

/** The answer's tensors, or the judgement that follows from having none. */
export type Answer =
  | { readonly ok: true; readonly value: readonly Tensor[]; readonly grads: readonly Tensor[] }
  | { readonly ok: false; readonly judgement: LawJudgement };

/**
 * Reads one outcome: checks that results are there and have the right shapes and dtypes.
 *
 * @param wrt the inputs that were asked about; default all that can be differentiated
 */
export function readAnswer(
  c: Case,
  outcome: Outcome,
  mode: Mode,
  wrt: readonly number[] = differentiable(c.program),
): Answer {
  const refused = refusal(outcome, mode);
  if (refused) return { ok: false, judgement: refused };
  if (outcome.status !== "ok") throw new Error(`unreachable outcome ${outcome.status}`);
  const { shapes } = check(c.program);
  const outputs = c.program.outputs.map((value) => shapes[value]);
  // A value's dtype is the value's own matter: a wrong one does not keep its gradient from being judged.
  const value =
    mode === "hvp"
      ? { ok: true as const, tensors: [] }
      : readTensors(outcome.value, outputs, "value", mode === "value" ? c.dtype : undefined);
  if (!value.ok) return value;
  if (mode === "value") return { ok: true, value: value.tensors, grads: [] };
  const grads =
    mode === "jvp"
      ? readTensors(outcome.grads, outputs, "tangent", c.dtype)
      : readDerivatives(c, outcome.grads, wrt, mode);
  if (!grads.ok) return grads;
  return { ok: true, value: value.tensors, grads: grads.tensors };
}

/**
 * Gradients or Hessian-vector products. "None" is as good as zeros for an input that no output depends on, and for
 * the product of any input: the gradient of a linear op does not depend on it.
 */
function readDerivatives(
  c: Case,
  wires: readonly (WireTensor | null)[] | undefined,
  wrt: readonly number[],
  mode: "vjp" | "hvp",
): Results {
  const used = neededValues(c.program);
  const present = wires?.map((wire, i) => {
    const k = wrt[i];
    if (wire || k === undefined || (mode === "vjp" && used.has(k))) return wire;
    return encodeTensor(filled(c.program.inputs[k].shape, 0), c.dtype);
  });
  const shapes = wrt.map((k) => c.program.inputs[k].shape);
  return readTensors(present, shapes, resultOf(mode), c.dtype);
}

type Results =
  | { readonly ok: true; readonly tensors: Tensor[] }
  | { readonly ok: false; readonly judgement: LawJudgement };

const bad = (kind: string, where: string, reason: string): Results => ({
  ok: false,
  judgement: failure(kind, where, reason),
});

/** @param dtype that the results must have; undefined when any will do */
function readTensors(
  wires: readonly (WireTensor | null)[] | undefined,
  shapes: readonly (readonly number[])[],
  name: string,
  dtype: Case["dtype"] | undefined,
): Results {
  if (!wires) return bad("missing", name, `no ${name} came back`);
  if (wires.length !== shapes.length) {
    return bad("missing", name, `${wires.length} ${name}s came back instead of ${shapes.length}`);
  }
  const tensors: Tensor[] = [];
  for (const [k, shape] of shapes.entries()) {
    const wire = wires[k];
    const where = `${name}[${k}]`;
    if (!wire) return bad("missing", where, `${where} is missing, though the op depends on that input`);
    if (!sameShape(wire.shape, shape)) {
      return bad(
        "shape",
        where,
        `${where} has shape ${showShape(wire.shape)} instead of ${showShape(shape)}`,
      );
    }
    if (dtype !== undefined && wire.dtype !== dtype) {
      return bad("dtype", where, `${where} is ${wire.dtype} instead of ${dtype}`);
    }
    try {
      tensors.push(decodeTensor(wire));
    } catch (error) {
      if (!(error instanceof GradproofError)) throw error;
      return { ok: false, judgement: { verdict: "protocol", reason: error.message, where } };
    }
  }
  return { ok: true, tensors };
}

const RESULTS: Readonly<Record<Mode, string>> = {
  value: "value",
  vjp: "gradient",
  jvp: "tangent",
  hvp: "hvp",
};
const resultOf = (mode: Mode): string => RESULTS[mode];

/** What an outcome without results means; undefined when there are results. */
export function refusal(outcome: Outcome, mode: Mode): LawJudgement | undefined {
  switch (outcome.status) {
    case "ok":
      return undefined;
    case "unsupported":
      return {
        verdict: "unsupported",
        reason: `${outcome.what}${outcome.detail ? `: ${outcome.detail}` : ""}`,
      };
    case "error":
      if (outcome.error.type === INCONSISTENT_TENSOR)
        return failure("shape", resultOf(mode), outcome.error.message);
      return {
        verdict: "error",
        kind: "throws",
        where: resultOf(mode),
        reason: `${outcome.error.type}: ${outcome.error.message}`,
      };
    case "crash":
    case "timeout":
      return { verdict: outcome.status, kind: outcome.status, where: mode, reason: outcome.detail };
    default:
      return { verdict: outcome.status, reason: outcome.detail };
  }
}

/** Spells a judgement for the record. */
export function toRecord(j: LawJudgement, show: (x: number) => NonNullable<Judgement["got"]>): Judgement {
  const {
    share: _share,
    along: _along,
    evidence: _evidence,
    expected,
    got,
    errorOverAttainable,
    resolution,
    element,
    kind,
    where,
    ...rest
  } = j;
  return {
    ...rest,
    ...(kind !== undefined && { kind }),
    ...(where !== undefined && { where }),
    ...(element !== undefined && { element }),
    ...(expected && {
      expected: { low: show(expected.low), high: show(expected.high), value: show(expected.value) },
    }),
    ...(got !== undefined && { got: show(got) }),
    ...(errorOverAttainable !== undefined && { errorOverAttainable: show(errorOverAttainable) }),
    ...(resolution !== undefined && { resolution: show(resolution) }),
  };
}
