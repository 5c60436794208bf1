import { drawTensor, REGIONS, type Region } from "../arbitraries/values.js";
import { INTRINSICS, type Approximated } from "../core/algebra.js";
import { formatOf, ulp, type FloatType } from "../core/float.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import { OPS } from "../ops/index.js";
import { opId, type AnyOp } from "../ops/op.js";
import { askValue } from "../laws/law.js";
import { singleOp } from "../program/program.js";
import { decodeTensor } from "../record/tensor.js";
import type { Accuracy, Subject } from "../subjects/subject.js";

/** Points per op, a seventh of them or so in each region. */
const POINTS = 512;

/**
 * Beyond this an intrinsic is wrong rather than inaccurate, and no allowance is made for it: OpenCL's loosest bound
 * for a function of this vocabulary (erf, pow; OpenCL C 3.0, sec. 7.4).
 */
export const MOST_ULPS = 16;

const PRIMITIVES: readonly Approximated[] = [...INTRINSICS, "atan2", "pow"];

/**
 * How far a subject's exp, tanh, … are off, in ulps of its precision: the worst over some hundred points of each
 * region of the inputs. What it has not, or gets wrong altogether, is left out.
 *
 * @error a maximum over samples: half an ulp is added to it, as the next sample may be worse
 */
export async function measureAccuracy(subject: Subject): Promise<Accuracy> {
  const accuracy: Record<string, Record<string, number>> = {};
  for (const dtype of ["f32", "f64"] as const) {
    const has = (op: AnyOp | undefined): op is AnyOp => {
      const capability = op && subject.hello.capabilities.ops[opId(op)];
      return (
        capability !== undefined && capability.modes.includes("value") && capability.dtypes.includes(dtype)
      );
    };
    const ops = PRIMITIVES.map((name) => OPS.find((op) => op.name === name)).filter(has);
    const worst = await Promise.all(ops.map((op) => worstUlps(subject, op, dtype)));
    const measured = ops.flatMap(({ name }, i): [string, number][] =>
      worst[i] <= MOST_ULPS ? [[name, Math.max(1, worst[i] + 0.5)]] : [],
    );
    if (measured.length > 0) accuracy[dtype] = Object.fromEntries(measured);
  }
  return accuracy;
}

async function worstUlps(subject: Subject, op: AnyOp, dtype: FloatType): Promise<number> {
  const stream = new Stream(1, `accuracy of ${op.name}`);
  const count = op.arity.low;
  const shape = [POINTS];
  const regions = Object.keys(REGIONS) as Region[];
  const each = Math.ceil(POINTS / regions.length);
  const inputs = op.inputs(count, {}).map(({ domain }) => ({
    shape,
    data: Float64Array.from(
      regions
        .flatMap((region) => [...drawTensor(stream, [each], domain, dtype, region).data])
        .slice(0, POINTS),
    ),
  }));
  const c = {
    program: singleOp(
      op,
      Array.from({ length: count }, () => shape),
      {},
    ),
    dtype,
    inputs,
  };
  const outcome = await subject.evaluate(askValue({ ...c, cotangents: [], tangents: [], tags: [] }));
  const [wire] = outcome.status === "ok" ? (outcome.value ?? []) : [];
  if (wire?.shape.join() !== shape.join()) return Infinity;
  const got = decodeTensor(wire).data;
  const truth = op.meaning(DOUBLES, inputs, {}).data;
  const { smallestNormal, largest } = formatOf(dtype);
  let worst = 0;
  for (let i = 0; i < POINTS; i++) {
    const size = Math.abs(truth[i]);
    // Beyond the range, and where it underflows, other rules hold.
    if (!(size >= smallestNormal && size < largest / 2)) continue;
    const error = Math.abs(got[i] - truth[i]) / ulp(truth[i], dtype);
    // NaN is no accuracy.
    if (!(error <= worst)) worst = Number.isNaN(error) ? Infinity : error;
  }
  return worst;
}

/** The subject with what was measured of it; measuring does not count among its answers. */
export function withAccuracy(subject: Subject, accuracy: Accuracy): Subject {
  const before = subject.answered;
  return {
    id: subject.id,
    hello: subject.hello,
    accuracy,
    evaluate: (question) => subject.evaluate(question),
    ask: (question) => subject.ask(question),
    snippet: (question) => subject.snippet(question),
    get answered() {
      return subject.answered - before;
    },
    close: () => subject.close(),
  };
}
