import { formatOf, gamma, type FloatFormat } from "../core/float.js";
import { mapTensor, type Tensor } from "../core/tensor.js";
import { euclideanNorm } from "../networks/euclideanNorm.js";
import type { ClipperPromise } from "../record/promises.js";
import type { Outcome, Question } from "../record/protocol.js";
import type { Fact } from "../record/record.js";
import type { Scenario } from "../record/scenario.js";
import { encodeTensor } from "../record/tensor.js";
import { showNumber } from "../record/verdict.js";
import { readObjectTensors, unanswered, type Inquiry, type Verdicted } from "./inquiry.js";
import { failure, PASS, undecided, type LawJudgement } from "./law.js";

/** What clipping a gradient promises (Pascanu, Mikolov and Bengio 2013; claims C027, C028). */

/** Some of the scenario's tensors, and what came of them. */
interface Clipped {
  readonly given: readonly Tensor[];
  readonly got: readonly Tensor[];
}

interface Setting {
  readonly promise: ClipperPromise;
  readonly threshold: number;
  readonly format: FloatFormat;
}

type Answered = { readonly ok: true } & Clipped;
type Asking = Generator<Question, Answered | { readonly ok: false; readonly verdicted: Verdicted }, Outcome>;

export function* askClip({ target, dtype }: Scenario, given: readonly Tensor[], threshold: number): Asking {
  const outcome = yield {
    cmd: "clip",
    clipper: target.slice(target.indexOf(":") + 1),
    threshold: Number.isFinite(threshold) ? threshold : (showNumber(threshold) as "NaN"),
    tensors: given.map((x) => encodeTensor(x, dtype)),
  };
  const answer = readObjectTensors(
    outcome,
    dtype,
    given.map(({ shape }) => shape),
  );
  return answer.ok
    ? { ok: true, given, got: answer.tensors }
    : { ok: false, verdicted: unanswered(answer.judgement) };
}

export const thresholdOf = ({ settings }: Scenario): number => Number(settings.threshold);

/** The tensors whose length is one: each alone, or all of them. */
function groups({ given, got }: Clipped, { by }: ClipperPromise): Clipped[] {
  return by === "globalNorm" ? [{ given, got }] : given.map((x, k) => ({ given: [x], got: [got[k]] }));
}

const sizeOf = (tensors: readonly Tensor[]): number => tensors.reduce((n, { data }) => n + data.length, 0);

/**
 * Relative error of x · threshold ÷ norm as careful and textbook forms compute it: a sum of n squares, none negative, so
 * that its relative error is at most n roundings in any order; half of them are left by the root; then the root, the
 * quotient, the product, and the square and the epsilon before them.
 */
const factorError = (n: number, { u }: FloatFormat): number => gamma(n / 2 + 6, u);

/** Below this squares are subnormal, and above it they overflow: a sum of squares as it stands loses the length. */
function squaresLeaveRange(tensors: readonly Tensor[], { smallestNormal, largest, u }: FloatFormat) {
  const length = euclideanNorm(tensors);
  return length !== 0 && (length * length >= largest / 4 || length * length <= smallestNormal / u);
}

type Problem = {
  readonly kind: string;
  readonly where: number;
  readonly element: number;
  readonly reason: string;
};
type Check = (clipped: Clipped, setting: Setting) => Problem | undefined;

function firstElement(
  { given, got }: Clipped,
  wrong: (x: number, y: number) => string | undefined,
  kind = "value",
): Problem | undefined {
  for (const [k, x] of given.entries()) {
    for (let i = 0; i < x.data.length; i++) {
      const reason = wrong(x.data[i], got[k].data[i]);
      if (reason !== undefined) return { kind, where: k, element: i, reason };
    }
  }
  return undefined;
}

/** No longer than the threshold. */
export const ceiling: Check = (clipped, { promise, threshold, format }) => {
  if (promise.by === "value") {
    return firstElement(clipped, (x, y) =>
      Math.abs(y) <= threshold ? undefined : `${x} becomes ${y}, beyond the threshold ${threshold}`,
    );
  }
  for (const group of groups(clipped, promise)) {
    const after = euclideanNorm(group.got);
    const allowed = threshold * (1 + factorError(sizeOf(group.given), format));
    if (!(after <= allowed)) {
      const reason = `a gradient of length ${euclideanNorm(group.given)} comes out ${after} long, and the threshold is ${threshold}`;
      return { kind: "value", where: clipped.given.indexOf(group.given[0]), element: 0, reason };
    }
  }
  return undefined;
};

/** No element grows, and none changes its sign. */
export const neverEnlarges: Check = (clipped, { format }) =>
  // Where the factor is within rounding of 1, x · threshold ÷ norm may be a rounding above x.
  firstElement(clipped, (x, y) =>
    Math.abs(y) <= Math.abs(x) * (1 + 2 * format.u) && (y === 0 || Math.sign(x) === Math.sign(y))
      ? undefined
      : `${x} becomes ${y}`,
  );

/** By norm the direction stays: one factor for all that is clipped together. */
export const direction: Check = (clipped, { promise, threshold, format }) => {
  for (const group of groups(clipped, promise)) {
    const length = euclideanNorm(group.given);
    const { epsilon = 0 } = promise;
    const factor = length > threshold ? threshold / (length + epsilon) : 1;
    const error = factorError(sizeOf(group.given), format);
    // Inside the ball, too, some libraries divide by length + epsilon and multiply by the length.
    const low = length === 0 ? 0 : Math.min(factor, length / (length + epsilon));
    const problem = firstElement(group, (x, y) => {
      const [least, most] = [Math.abs(x) * low * (1 - error), Math.abs(x) * factor * (1 + error)];
      const size = Math.abs(y);
      // A subnormal result is no closer than the spacing there.
      if (size >= least - format.eta && size <= most + format.eta) return undefined;
      return `${x} becomes ${y}, and the gradient of length ${length} is to be multiplied by ${factor}`;
    });
    if (problem) return { ...problem, where: clipped.given.indexOf(group.given[problem.where]) };
  }
  return undefined;
};

/** By value every element that is inside stays as it is, to the bit, and the others become the threshold. */
export const elementByElement: Check = (clipped, { threshold }) =>
  firstElement(clipped, (x, y) => {
    const expected = Math.abs(x) <= threshold ? x : Math.sign(x) * threshold;
    return Object.is(y, expected) || y === expected ? undefined : `${x} becomes ${y} instead of ${expected}`;
  });

/** Zeros stay zeros: there is no direction to keep, and 0 ÷ 0 is no gradient. */
export const zerosStay: Check = (clipped) =>
  firstElement(clipped, (x, y) => (x === 0 && y !== 0 ? `a gradient of zeros becomes ${y}` : undefined));

/** Judges what one question brings. */
export const holds =
  (check: Check) =>
  (promise: ClipperPromise): Inquiry =>
    function* (scenario) {
      const threshold = thresholdOf(scenario);
      const clipped = yield* askClip(scenario, scenario.tensors, threshold);
      if (!clipped.ok) return clipped.verdicted;
      const setting = { promise, threshold, format: formatOf(scenario.dtype) };
      return told(clipped, setting, judged(clipped, setting, check(clipped, setting)));
    };

function judged({ given, got }: Clipped, setting: Setting, problem: Problem | undefined): LawJudgement {
  if (!problem) return PASS;
  const { promise, format } = setting;
  const { kind, where, element, reason } = problem;
  if (promise.by !== "value" && !promise.scaled && given.some((x) => squaresLeaveRange([x], format))) {
    return undecided(`range: the sum of squares leaves the format's range, which is no part of the promise`);
  }
  return failure(kind, `value[${where}]`, reason, { element, got: got[where].data[element] });
}

function told({ given, got }: Clipped, { promise, threshold }: Setting, judgement: LawJudgement): Verdicted {
  const lengths = (tensors: readonly Tensor[]): string => showLength(euclideanNorm(tensors));
  const facts: Fact[] = [
    { name: "threshold", value: String(threshold) },
    { name: "length before", value: lengths(given) },
    { name: "length after", value: lengths(got) },
  ];
  const words = { value: "each element", norm: "each tensor", globalNorm: "all tensors together" };
  return { ...judgement, does: `clips ${words[promise.by]}`, facts };
}

const showLength = (x: number): string => String(Number(x.toPrecision(6)));

/** What clipping changes of gradients that were clipped before. */
function changed(clipped: Clipped, { promise, format }: Setting): Problem | undefined {
  for (const group of groups(clipped, promise)) {
    const error = factorError(sizeOf(group.given), format);
    // A length above the threshold by rounding alone is shortened once more; where length + epsilon divides, every length.
    const { epsilon = 0 } = promise;
    const shortened = epsilon === 0 ? 0 : epsilon / (euclideanNorm(group.given) + epsilon);
    const allowed = promise.by === "value" ? 0 : 2 * error + shortened;
    const problem = firstElement(group, (x, y) =>
      Math.abs(x - y) <= allowed * Math.abs(x) + format.eta || (x !== x && y !== y)
        ? undefined
        : `clipped again, ${x} becomes ${y}`,
    );
    if (problem) return { ...problem, where: clipped.given.indexOf(group.given[problem.where]) };
  }
  return undefined;
}

/** Clipping what was clipped changes it by no more than rounding, and what is promised of epsilon. */
export const idempotent = (promise: ClipperPromise): Inquiry =>
  function* (scenario) {
    const threshold = thresholdOf(scenario);
    const once = yield* askClip(scenario, scenario.tensors, threshold);
    if (!once.ok) return once.verdicted;
    const twice = yield* askClip(scenario, once.got, threshold);
    if (!twice.ok) return twice.verdicted;
    const setting = { promise, threshold, format: formatOf(scenario.dtype) };
    const problem = changed(twice, setting);
    return told(twice, setting, judged({ given: scenario.tensors, got: twice.got }, setting, problem));
  };

/** Two gradients come no further apart: a projection on a convex set is non-expansive. */
export const nonExpansive = (promise: ClipperPromise): Inquiry =>
  function* (scenario) {
    const threshold = thresholdOf(scenario);
    const factor = Number(scenario.settings.other);
    const other = scenario.tensors.map((x) =>
      mapTensor(x, (v, i) => formatOf(scenario.dtype).round(v * (i % 2 === 0 ? factor : 1))),
    );
    const one = yield* askClip(scenario, scenario.tensors, threshold);
    if (!one.ok) return one.verdicted;
    const two = yield* askClip(scenario, other, threshold);
    if (!two.ok) return two.verdicted;
    const setting = { promise, threshold, format: formatOf(scenario.dtype) };
    const apart = (a: readonly Tensor[], b: readonly Tensor[]): number =>
      euclideanNorm(a.map((x, k) => ({ shape: x.shape, data: x.data.map((v, i) => v - b[k].data[i]) })));
    const [before, after] = [apart(one.given, two.given), apart(one.got, two.got)];
    const rounding =
      factorError(sizeOf(scenario.tensors), setting.format) *
      (euclideanNorm(one.got) + euclideanNorm(two.got));
    const problem =
      after <= before + rounding
        ? undefined
        : {
            kind: "value",
            where: 0,
            element: 0,
            reason: `gradients ${before} apart come out ${after} apart`,
          };
    return told(one, setting, judged(one, setting, problem));
  };

/** What becomes of NaN and ±∞: as promised, or, where nothing is promised, never a finite gradient without a word. */
export const nonFinite = (promise: ClipperPromise): Inquiry =>
  function* (scenario) {
    const threshold = thresholdOf(scenario);
    const clipped = yield* askClip(scenario, scenario.tensors, threshold);
    const said = promise.nonFinite ?? "unsaid";
    if (!clipped.ok) {
      const refuses = clipped.verdicted.verdict === "error";
      return refuses && (said === "refuses" || said === "unsaid")
        ? { ...PASS, does: "refuses a gradient that is not finite", facts: [] }
        : clipped.verdicted;
    }
    const has = (tensors: readonly Tensor[], wanted: (x: number) => boolean): boolean =>
      tensors.some(({ data }) => data.some(wanted));
    const hadNaN = has(clipped.given, Number.isNaN);
    const zeros = !has(clipped.got, (y) => y !== 0);
    const does = zeros
      ? "makes a gradient zero that is not finite"
      : has(clipped.got, (y) => !Number.isFinite(y))
        ? "passes NaN and ±∞ on"
        : "makes a gradient finite that is not";
    const lost = hadNaN && !has(clipped.got, Number.isNaN);
    const broken =
      (said === "zeroes" && !zeros) ||
      said === "refuses" ||
      ((said === "propagates" || said === "unsaid") && lost);
    const reason = `${hadNaN ? "NaN" : "∞"} comes in, and it ${does}`;
    return { ...(broken ? failure("nan", "value[0]", reason) : PASS), does, facts: [] };
  };
