import type { BigNumber } from "mathjs";
import { duals } from "../core/dual.js";
import { Stream } from "../core/random.js";
import { filled, type NdArray, type Tensor } from "../core/tensor.js";
import { evaluate } from "../program/evaluate.js";
import { differentiable, type CheckedProgram } from "../program/program.js";
import {
  bigNumbers,
  exactDecimal,
  loadBigNumbers,
  withDigits,
  type BigNumbers,
  type BigSite,
} from "./bigAlgebra.js";
import { alignTangents } from "./directional.js";
import type { Estimate } from "./estimate.js";

/** A number with more digits than a double has, and its error bound, both in decimal. */
export interface BigEstimate {
  /** 50 significant digits, or "NaN". */
  readonly value: string;
  /** Absolute; "Infinity" where nothing is known. */
  readonly bound: string;
  /** Digits of the arithmetic that the value comes from. */
  readonly digits: number;
  /** A comparison ties, or changes its outcome within the step: the value is that of one branch, or of a mean. */
  readonly kink: boolean;
}

export interface BigOptions {
  /** Digits to begin with; each further rung has half as many again. Default 64. */
  readonly digits?: number;
  /** Digits to end with, settled or not. Default 324. */
  readonly mostDigits?: number;
  /** Names the coins of the roundings. Default 0. */
  readonly seed?: number;
}

/** Holds any sum of products of doubles and step sizes without rounding. */
const EXACT_DIGITS = 2500;
const SETTLED = "1e-30";
const SHOWN_DIGITS = 50;

/** What one run at one precision found, with the comparison sites of each of its evaluations. */
interface Run {
  readonly value: BigNumber;
  readonly sites: readonly (readonly BigSite[])[];
}

/** A coin per run; `opposite` falls the other way each time, so that no rounding is the same on both sides. */
interface Coins {
  readonly coin: () => boolean;
  readonly opposite: () => boolean;
}

/**
 * Raises the digits until two rungs agree to 30 digits, or no digits are left.
 *
 * The bound is the change since the last rung, whose step and rounding errors were some 10²¹ times as large, and
 * eight times the spread of the runs of this one. Rungs alone would agree on a false zero, when the digits cancel
 * in both.
 */
async function climb(
  options: BigOptions,
  measure: (C: BigNumbers, coins: Coins) => Run,
): Promise<BigEstimate> {
  const { digits: first = 64, mostDigits = 324, seed = 0 } = options;
  const Exact = await loadBigNumbers(EXACT_DIGITS);
  let previous: BigNumber | undefined;
  for (let digits = first; ; digits = Math.ceil(digits * 1.5)) {
    const C = withDigits(Exact, digits);
    const runs: Run[] = [];
    const values = (): BigNumber[] => runs.map((run) => new Exact(run.value));
    const equal = (): boolean => runs.every((run) => run.value.eq(runs[0].value));
    // Runs that agree in every digit either are exact, or were lucky with their coins: eight are not.
    while (runs.length < 2 || (runs.length < 8 && equal())) {
      runs.push(measure(C, coinsOf(new Stream(seed, `${digits}/${runs.length}`))));
    }
    const value = values()
      .reduce((a, b) => a.plus(b))
      .div(runs.length);
    const kink = isKink(runs.flatMap((run) => run.sites));
    if (!value.isFinite()) return { value: "NaN", bound: "Infinity", digits, kink };
    const spread = values().reduce(
      (most, x) => (x.minus(value).abs().gt(most) ? x.minus(value).abs() : most),
      new Exact(0),
    );
    if (previous) {
      const bound = value.minus(previous).abs().plus(spread.times(8));
      if (bound.lte(value.abs().times(SETTLED)) || digits * 1.5 > mostDigits || kink) {
        const shown = value.toSignificantDigits(SHOWN_DIGITS);
        const total = bound.plus(value.minus(shown).abs());
        return { value: shown.toString(), bound: total.toSignificantDigits(3, 0).toString(), digits, kink };
      }
    }
    previous = value;
  }
}

/** A site is a kink when evaluations differ in its outcome, or when it ties and what it compares moves. */
function isKink(evaluations: readonly (readonly BigSite[])[]): boolean {
  const [first, ...others] = evaluations;
  return others.some((sites) =>
    sites.some(
      (site, s) =>
        site.outcome !== first[s].outcome ||
        (site.tied && site.values.some((value, j) => !value.eq(first[s].values[j]))),
    ),
  );
}

function coinsOf(stream: Stream): Coins {
  const falls: boolean[] = [];
  let next = 0;
  return {
    coin() {
      falls.push(stream.bits() < 0);
      return falls[falls.length - 1];
    },
    opposite: () => (next < falls.length ? !falls[next++] : stream.bits() < 0),
  };
}

/**
 * The program's outputs at exact decimal inputs, and the comparisons on the way.
 *
 * @param tangents when given, the tangents of the outputs instead, by dual numbers through the meaning
 */
function outputsAt(
  C: BigNumbers,
  coin: () => boolean,
  program: CheckedProgram,
  inputs: readonly NdArray<BigNumber>[],
  tangents?: readonly (Tensor | null)[],
): { outputs: NdArray<BigNumber>[]; sites: BigSite[] } {
  const sites: BigSite[] = [];
  const A = bigNumbers(C, coin, (site) => sites.push(site));
  const points = inputs.map(({ shape, data }) => ({ shape, data: Array.from(data, (x) => new C(x)) }));
  if (!tangents) {
    const values = evaluate(A, program, points);
    return { outputs: program.outputs.map((value) => values[value]), sites };
  }
  const values = evaluate(
    duals(A),
    program,
    points.map(({ shape, data }, k) => ({
      shape,
      data: data.map((v, i) => ({ v, d: A.lift(tangents[k]?.data[i] ?? 0) })),
    })),
  );
  const outputs = program.outputs.map((value) => ({
    shape: values[value].shape,
    data: Array.from(values[value].data, ({ d }) => d),
  }));
  return { outputs, sites };
}

/** One element of one output of the program. */
export function bigValue(
  program: CheckedProgram,
  inputs: readonly Tensor[],
  output: number,
  element: number,
  options: BigOptions = {},
): Promise<BigEstimate> {
  return climb(options, (C, { coin }) => {
    const exact = inputs.map(({ shape, data }) => ({
      shape,
      data: Array.from(data, (x) => new C(exactDecimal(x))),
    }));
    const { outputs, sites } = outputsAt(C, coin, program, exact);
    return { value: outputs[output].data[element], sites: [sites] };
  });
}

/**
 * ⟨u, J·v⟩ as a central difference of the meaning, with no derivative rule: h = 10^(−p/3) of the scale of the
 * inputs at p digits, where truncation and rounding are both about 10^(−2p/3).
 *
 * @shape tangents: one per differentiable input; cotangents: one per output
 * @param options.of what is differenced; default the outputs. With tangents, the derivative of the outputs along
 *   those, so that the result is a second derivative
 */
export function bigDirectional(
  program: CheckedProgram,
  inputs: readonly Tensor[],
  tangents: readonly Tensor[],
  cotangents: readonly Tensor[],
  options: BigOptions & { readonly of?: readonly Tensor[] } = {},
): Promise<BigEstimate> {
  const moving = alignTangents(program, tangents);
  const of = options.of && alignTangents(program, options.of);
  const scale = scaleOf(inputs, moving);
  return climb(options, (C, { coin, opposite }) => {
    const Exact = withDigits(C, EXACT_DIGITS);
    const h = new Exact(`1e${scale - Math.round(C.precision / 3)}`);
    const moved = (step: BigNumber): NdArray<BigNumber>[] =>
      inputs.map(({ shape, data }, k) => ({
        shape,
        data: Array.from(data, (x, i) =>
          new Exact(exactDecimal(x)).plus(step.times(exactDecimal(moving[k]?.data[i] ?? 0))),
        ),
      }));
    const plus = outputsAt(C, coin, program, moved(h), of);
    const minus = outputsAt(C, opposite, program, moved(h.neg()), of);
    let total = new Exact(0);
    plus.outputs.forEach(({ data }, o) => {
      for (let j = 0; j < data.length; j++) {
        const u = exactDecimal(cotangents[o].data[j]);
        // An output that is not asked for may be infinite.
        if (cotangents[o].data[j] !== 0) {
          total = total.plus(new Exact(data[j]).minus(minus.outputs[o].data[j]).times(u));
        }
      }
    });
    return { value: total.div(h.times(2)), sites: [plus.sites, minus.sites] };
  });
}

/** Element i of the gradient of ⟨u, f⟩ with respect to input k of the program. */
export function bigGradientElement(
  program: CheckedProgram,
  inputs: readonly Tensor[],
  cotangents: readonly Tensor[],
  k: number,
  i: number,
  options: BigOptions = {},
): Promise<BigEstimate> {
  const tangents = differentiable(program).map((input) => {
    const tangent = filled(program.inputs[input].shape, 0);
    if (input === k) tangent.data[i] = 1;
    return tangent;
  });
  return bigDirectional(program, inputs, tangents, cotangents, options);
}

/** A power of ten by which every moving input may be moved and stay on its side of 0: the least |x|/|v|. */
function scaleOf(inputs: readonly Tensor[], moving: readonly (Tensor | null)[]): number {
  let least = Infinity;
  inputs.forEach(({ data }, k) => {
    moving[k]?.data.forEach((v, i) => {
      if (v !== 0) least = Math.min(least, (Math.abs(data[i]) || 1) / Math.abs(v));
    });
  });
  return Number.isFinite(least) ? Math.floor(Math.log10(least)) : 0;
}

/** The same in doubles; nothing is known at a kink. */
export function toEstimate({ value, bound, kink }: BigEstimate): Estimate {
  const nearest = Number(value);
  if (kink || Number.isNaN(nearest)) return { value: nearest, bound: Infinity };
  // Half a spacing for the value, and one rounding for the bound.
  return { value: nearest, bound: Number(bound) * (1 + 2 ** -52) + Math.abs(nearest) * 2 ** -53 };
}
