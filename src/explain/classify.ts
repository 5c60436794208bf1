import type { Tensor } from "../core/tensor.js";
import { broadcastIndex, sameShape, sizeOf } from "../core/shape.js";
import type { LawJudgement } from "../laws/law.js";
import type { Fault, FaultClass } from "../record/fault.js";

/** A result of the subject beside the truth, at one case. */
export interface Comparison {
  readonly got: Tensor;
  readonly truth: Tensor;
  /** The true results of the same kind for the other inputs. */
  readonly others: readonly Tensor[];
  /** Where the input was broadcast: what each of its copies gets, in the shape of the output. */
  readonly copies?: Tensor | undefined;
  /** Numbers that a forgotten or doubled mean would multiply by, with what they count. */
  readonly counts: readonly { readonly n: number; readonly of: string }[];
  /** The largest number that takes part. */
  readonly size: number;
  /** Unit roundoff. */
  readonly u: number;
}

/** What kinds say by themselves. */
const BY_KIND: Readonly<Record<string, FaultClass>> = {
  nan: "NaN",
  infinite: "overflow",
  shape: "wrong shape",
  dtype: "wrong dtype",
  missing: "missing",
  tie: "tie",
  throws: "throws",
  mutates: "overwrites",
  reduction: "missing reduction",
  adjoint: "contradicts forward mode",
  differences: "contradicts itself",
  symmetry: "not symmetric",
  nesting: "depends on nesting",
  subset: "differs alone",
  "with gradient": "differs with gradient",
  crash: "crash",
  timeout: "timeout",
  accepts: "accepts invalid",
  "shares memory": "shared memory",
  moments: "wrong moments",
  unbiased: "unbiased variance",
  shift: "not shift-invariant",
  scale: "not scale-invariant",
  identity: "not recovered",
  "lone element": "lone element",
  geometry: "wrong geometry",
  orthogonality: "not orthogonal",
  bias: "bias that counts",
  Euler: "breaks Euler",
  order: "not monotone",
  mirror: "not mirrored",
  scaling: "not scaled",
  again: "not idempotent",
  early: "saturates elsewhere",
  late: "saturates elsewhere",
  beyond: "saturates elsewhere",
  slope: "wrong slope",
  vanished: "zero",
  tail: "wrong tail",
  "identity between ops": "contradicts another op",
  "at NaN": "special value",
  "at −∞": "special value",
  "at ∞": "special value",
};

/**
 * What kind of wrong it is. Several comparisons, the smallest case first, must bear a class out together: of one
 * number alone nobody can tell a factor from a wrong formula.
 *
 * @param law the name of the law that was broken
 * @param comparisons none where no result is in dispute
 */
export function classify(judgement: LawJudgement, law: string, comparisons: readonly Comparison[]): Fault {
  const { kind = judgement.verdict } = judgement;
  if (kind === "shape" && comparisons.length > 0 && comparisons.every(keepsBroadcastShape)) {
    return { class: "missing reduction", detail: "it has the shape of the output" };
  }
  if (kind === "bits" && /homogeneity/.test(law)) return named("not linear");
  if (kind === "bits") return named("not reproducible");
  if (BY_KIND[kind]) return named(BY_KIND[kind]);
  if (comparisons.length > 0) {
    for (const recognise of RECOGNISERS) {
      const fault = recognise(comparisons);
      if (fault) return fault;
    }
  } else if (/linearity|zero cotangent/.test(law)) return named("not linear");
  return { class: "wrong value", detail: comparisons.length > 0 ? extent(comparisons) : "" };
}

const named = (name: FaultClass, detail = ""): Fault => ({ class: name, detail });

const keepsBroadcastShape = ({ got, truth, copies }: Comparison): boolean =>
  copies !== undefined && sameShape(got.shape, copies.shape) && !sameShape(got.shape, truth.shape);

type Recogniser = (comparisons: readonly Comparison[]) => Fault | undefined;

/** The surest first: zero is also a factor, and a sign is one. */
const RECOGNISERS: readonly Recogniser[] = [
  cancellation,
  (all) => (all.every(isZero) ? named("zero") : undefined),
  (all) => (fits(all, (c) => c.truth.data.map((t) => -t)) ? named("sign") : undefined),
  otherInput,
  transposed,
  shifted,
  oneCopy,
  factor,
];

/** Rounding of the results, and a thousandth: what is told apart here differs by far more. */
const near = (a: number, b: number, { u, size }: Comparison): boolean =>
  Math.abs(a - b) <= 1e-3 * Math.abs(b) + 64 * u * Math.min(size, 1e3 * Math.max(Math.abs(a), Math.abs(b)));

const alike = (a: ArrayLike<number>, b: ArrayLike<number>, c: Comparison): boolean =>
  a.length === b.length && Array.from(a).every((value, i) => near(value, b[i], c));

const isFinite = ({ got }: Comparison): boolean => got.data.every(Number.isFinite);

/** The results are these numbers everywhere, which somewhere are not the truth. */
function fits(all: readonly Comparison[], wrong: (c: Comparison) => ArrayLike<number> | undefined): boolean {
  let differ = false;
  const agree = all.every((c) => {
    const numbers = wrong(c);
    if (numbers === undefined || !isFinite(c) || !alike(c.got.data, numbers, c)) return false;
    // A column is its own transpose: what is near the truth too explains nothing.
    differ ||= !alike(c.truth.data, numbers, c);
    return true;
  });
  return agree && differ;
}

const isZero = ({ got, truth }: Comparison): boolean =>
  got.data.every((g) => g === 0) && truth.data.some((t) => t !== 0);

/** Numbers that are apart from each other and from zero: fewer would fit too many explanations. */
const distinct = (numbers: ArrayLike<number>): number =>
  new Set(Array.from(numbers, (value) => Number(Math.abs(value).toPrecision(3))).values()).size -
  (Array.from(numbers).includes(0) ? 1 : 0);

const telling = (all: readonly Comparison[], atLeast: number): boolean =>
  all.some(({ truth }) => distinct(truth.data) >= atLeast);

/**
 * What is small was left over from numbers of size 1 or more: the error is a few roundings of those, and far more
 * than a rounding of the result. The condition number is their size over the result's.
 */
function cancellation(all: readonly Comparison[]): Fault | undefined {
  const small = ({ got, truth, u, size }: Comparison): boolean =>
    truth.data.every((t, i) => Math.abs(got.data[i] - t) <= 16 * u * Math.max(1, size));
  if (!all.every(small)) return undefined;
  const [{ got, truth, u, size }] = all;
  const lost = truth.data.filter((t, i) => Math.abs(got.data[i] - t) > 64 * u * Math.abs(t));
  const condition = Math.max(1, size) / Math.max(...lost.map(Math.abs));
  return lost.length > 0 && condition > 64
    ? named("cancellation", `condition number ${condition.toPrecision(2)}`)
    : undefined;
}

function otherInput(all: readonly Comparison[]): Fault | undefined {
  const which = all[0].others.findIndex((_, j) =>
    fits(all, (c) => (c.others[j]?.data.length === c.truth.data.length ? c.others[j].data : undefined)),
  );
  return which >= 0 && telling(all, 2) ? named("other input") : undefined;
}

function transposed(all: readonly Comparison[]): Fault | undefined {
  // A row is its own transpose, read in the old shape.
  const differ = all.some((c) => !alike(swapped(c.truth), c.truth.data, c));
  if (!telling(all, 2) || !differ) return undefined;
  return fits(all, ({ truth }) => swapped(truth)) ? named("transposed") : undefined;
}

/** The last two axes exchanged, read in the old shape. */
function swapped({ shape, data }: Tensor): Float64Array {
  if (shape.length < 2) return data;
  const [rows, columns] = shape.slice(-2);
  const result = new Float64Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const inside = i % (rows * columns);
    result[i - inside + (inside % columns) * rows + Math.floor(inside / columns)] = data[i];
  }
  return result;
}

/** Along one axis, each element has its neighbour's number; the end may have any. */
function shifted(all: readonly Comparison[]): Fault | undefined {
  if (!telling(all, 3)) return undefined;
  const rank = Math.max(...all.map(({ truth }) => truth.shape.length));
  for (let axis = 1; axis <= rank; axis++) {
    for (const by of [-1, 1]) {
      const pairs = all.map((c) => (isFinite(c) ? shiftedPairs(c, axis, by) : undefined));
      if (pairs.every((seen) => seen !== undefined) && pairs.some((seen) => distinct(seen) >= 3)) {
        return named("shifted", `along axis ${-axis} by ${by > 0 ? "+1" : "-1"}`);
      }
    }
  }
  return undefined;
}

/** The numbers that were found one place off; undefined where one is not. */
function shiftedPairs(c: Comparison, axisFromEnd: number, by: number): number[] | undefined {
  const { shape, data } = c.truth;
  if (axisFromEnd > shape.length) return [];
  const length = shape[shape.length - axisFromEnd];
  const stride = sizeOf(shape.slice(shape.length - axisFromEnd + 1));
  const pairs: number[] = [];
  for (let i = 0; i < data.length; i++) {
    const from = (Math.floor(i / stride) % length) - by;
    if (from < 0 || from >= length) continue;
    if (!near(c.got.data[i], data[i - by * stride], c)) return undefined;
    pairs.push(data[i - by * stride]);
  }
  return pairs;
}

/** Only one of the copies of a broadcast input reached it. */
function oneCopy(all: readonly Comparison[]): Fault | undefined {
  if (!all.every(({ copies }) => copies !== undefined)) return undefined;
  for (const which of ["first", "last"] as const) {
    if (fits(all, (c) => copyOf(c, which))) {
      return named("missing reduction", `only the ${which} copy counts`);
    }
  }
  return undefined;
}

function copyOf({ truth, copies }: Comparison, which: "first" | "last"): Float64Array {
  const { shape, data } = copies!;
  const result = new Float64Array(truth.data.length);
  const read = broadcastIndex(truth.shape, shape);
  const order = Array.from(read.keys());
  if (which === "first") order.reverse();
  for (const i of order) result[read[i]] = data[i];
  return result;
}

function factor(all: readonly Comparison[]): Fault | undefined {
  const ratios = all.map(ratioOf);
  if (!ratios.every((ratio) => ratio !== undefined)) return undefined;
  const numbers = all.reduce((n, { truth }) => n + truth.data.filter((t) => t !== 0).length, 0);
  if (numbers < 2) return undefined;
  const close = (a: number, b: number): boolean => Math.abs(a - b) <= 2e-3 * Math.abs(b);
  const [first] = ratios;
  // An error of a percent is no factor that anybody wrote down.
  if (ratios.some((ratio) => Math.abs(ratio - 1) < 0.02)) return undefined;
  // A plain number that is also a count may be either: it is the count only where cases of other counts bear it out.
  if (ratios.every((ratio) => close(ratio, first)))
    return named("factor", `${spell(first)} times what it should be`);
  for (const inverse of [false, true]) {
    const which = all[0].counts.find(({ of }) =>
      all.every((c, i) => {
        const n = c.counts.find((count) => count.of === of)?.n;
        return n !== undefined && close(ratios[i], inverse ? 1 / n : n);
      }),
    );
    if (which)
      return named("factor", `${inverse ? "1/n" : "n"} times what it should be, n the number of ${which.of}`);
  }
  return undefined;
}

function ratioOf(c: Comparison): number | undefined {
  const at = c.truth.data.reduce((best, t, i) => (Math.abs(t) > Math.abs(c.truth.data[best]) ? i : best), 0);
  const ratio = c.got.data[at] / c.truth.data[at];
  if (!Number.isFinite(ratio) || ratio === 0) return undefined;
  return alike(
    c.got.data,
    c.truth.data.map((t) => t * ratio),
    c,
  )
    ? ratio
    : undefined;
}

/** Halves and thirds are told as such. */
function spell(ratio: number): string {
  const inverse = 1 / ratio;
  if (Math.abs(ratio - Math.round(ratio)) < 2e-3 * Math.abs(ratio)) return String(Math.round(ratio));
  if (Math.abs(inverse - Math.round(inverse)) < 2e-3 * Math.abs(inverse)) return `1/${Math.round(inverse)}`;
  return ratio.toPrecision(4);
}

/** How many of the elements are wrong, in the largest case. */
function extent(all: readonly Comparison[]): string {
  const largest = all.reduce((a, b) => (b.truth.data.length > a.truth.data.length ? b : a));
  const wrong = largest.truth.data.filter((t, i) => !near(largest.got.data[i], t, largest)).length;
  const n = largest.truth.data.length;
  return n > 1 && wrong > 0 ? `${wrong} of ${n} elements` : "";
}
