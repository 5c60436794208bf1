import { nextDown, nextUp } from "../core/float.js";
import { DOUBLES, rounded, type Rounding } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import type { Tensor } from "../core/tensor.js";
import type { Optimizer } from "../networks/optimizer.js";
import type { ScalarArithmetic } from "../networks/optimizerStep.js";
import { trainStepwise } from "../networks/training.js";
import type { Hyper } from "../record/promises.js";
import { contentHash, randomRounding } from "./randomRounding.js";
import { F, type Precision } from "./tolerance.js";

/** What an optimiser is to do: from these weights, by these gradients. */
export interface TrainingRun {
  readonly params: readonly Tensor[];
  readonly steps: readonly { readonly gradients: readonly Tensor[]; readonly hyper?: Hyper }[];
  /** Whether only the weights after the last step count. */
  readonly last?: boolean;
}

/** How weights compare with those of a rule. */
export type Reached =
  | { readonly verdict: "within" | "beyond"; readonly worst: Worst }
  | { readonly verdict: "undecidable"; readonly reason: string };

export interface Worst {
  /** Position in the weights of all counted steps, one after another. */
  readonly at: number;
  /** Error ÷ accepted error: within is at most 1. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly exact: number;
}

const ARITHMETICS: readonly ScalarArithmetic[] = ["host", "format", "powers in format"];
const ROUNDINGS = ["random", "lasting", "always"] as const;
/** Runs of each arithmetic under each rounding. */
const ROUNDS = 3;
const EACH_ONCE = ARITHMETICS.length * ROUNDINGS.length;
/** After one run of each kind, no further ones make the spread this many times as large. */
const HOPELESS = 30;

/**
 * How far a correct implementation of an update rule may come out from it, by random rounding, as `Attainable` measures
 * it for ops, under every way of computing 1 − β.
 *
 * Rounding to nearest errs the same way again and again where a step is repeated: a thousand equal steps are a thousand
 * times off by the same. In a third of the runs each operation of a step therefore errs to one side throughout the run.
 */
export class AttainableTraining {
  private readonly exact: Float64Array;
  private readonly seed: number;

  constructor(
    private readonly optimizer: Optimizer,
    private readonly run: TrainingRun,
    private readonly precision: Precision,
  ) {
    this.exact = counted(run, trainStepwise(DOUBLES, optimizer, run.params, run.steps));
    this.seed = contentHash([...run.params, ...run.steps.flatMap(({ gradients }) => gradients)]);
  }

  /** Whether weights are what the rule attains; from as few runs as that takes. */
  reached(got: Float64Array): Reached {
    const { exact } = this;
    if (!exact.every(Number.isFinite)) {
      return { verdict: "undecidable", reason: "range: the weights of the rule are not finite" };
    }
    const deviation = new Float64Array(exact.length);
    let worst = this.worst(got, deviation);
    const runs = this.roundedRuns(ROUNDS);
    for (let count = 0; worst.ratio > 1; count++) {
      const run = runs.next();
      if (run.done || (count >= EACH_ONCE && worst.ratio > HOPELESS)) return { verdict: "beyond", worst };
      if (!widen(deviation, run.value, exact)) {
        return { verdict: "undecidable", reason: "range: rounding makes weights that are not finite" };
      }
      worst = this.worst(got, deviation);
    }
    return { verdict: "within", worst };
  }

  /** About the accepted error of each weight, from a few runs; undefined where rounding leaves the format's range. */
  tolerance(): Float64Array | undefined {
    const deviation = new Float64Array(this.exact.length);
    for (const run of this.roundedRuns(1)) if (!widen(deviation, run, this.exact)) return undefined;
    return deviation.map((d, i) => this.accepted(d, i));
  }

  private *roundedRuns(rounds: number): Generator<Float64Array> {
    for (let round = 0; round < rounds; round++) {
      for (const scalars of ARITHMETICS) {
        for (const rounding of ROUNDINGS) yield this.roundedRun(scalars, rounding, round);
      }
    }
  }

  /** The rounding of the last sum is there without any run. */
  private accepted(deviation: number, i: number): number {
    const { u, eta } = this.precision.format;
    return F * deviation + 2 * u * Math.abs(this.exact[i]) + 4 * eta;
  }

  private worst(got: Float64Array, deviation: Float64Array): Worst {
    let at = 0;
    let ratio = 0;
    for (let i = 0; i < got.length; i++) {
      const error = Math.abs(got[i] - this.exact[i]) / this.accepted(deviation[i], i);
      // NaN is worse than any number.
      if (!(error <= ratio)) {
        at = i;
        ratio = Number.isNaN(error) ? Infinity : error;
      }
    }
    const exact = this.exact[at] ?? 0;
    const accepted = this.accepted(deviation[at] ?? 0, at);
    return { at, ratio, exact, low: exact - accepted, high: exact + accepted };
  }

  private roundedRun(
    scalars: ScalarArithmetic,
    how: (typeof ROUNDINGS)[number],
    round: number,
  ): Float64Array {
    const { format, flush } = this.precision;
    const stream = new Stream(this.seed, `${scalars} ${how} ${round}`);
    const lasting = lastingRounding(this.precision, stream);
    const rounding =
      how === "lasting" ? lasting : randomRounding(format, stream, { flush, always: how === "always" });
    const { optimizer, run } = this;
    const results = trainStepwise(
      rounded(rounding),
      optimizer,
      run.params,
      eachStep(run.steps, lasting.startStep),
      {
        scalars,
      },
    );
    return counted(run, results);
  }
}

/** Whether the run stays finite, and is among what is accepted from now on. */
function widen(deviation: Float64Array, run: Float64Array, exact: Float64Array): boolean {
  for (let i = 0; i < run.length; i++) {
    const off = Math.abs(run[i] - exact[i]);
    if (!Number.isFinite(off)) return false;
    if (off > deviation[i]) deviation[i] = off;
  }
  return true;
}

function* eachStep<S>(steps: readonly S[], before: () => void): Generator<S> {
  for (const step of steps) {
    before();
    yield step;
  }
}

/** Up or down by the place that an operation has in its step, the same in every step. */
function lastingRounding({ format }: Precision, stream: Stream): Rounding & { startStep(): void } {
  const sides: boolean[] = [];
  let place = 0;
  const round = (x: number): number => {
    const up = (sides[place] ??= stream.bits() < 0);
    place++;
    const nearest = format.round(x);
    // Doubles are rounded already; of what a lower precision holds exactly no error is made.
    if (!Number.isFinite(nearest) || (nearest === x && (format.name !== "f64" || x === 0))) return nearest;
    if (nearest === x) return up ? nextUp(x, "f64") : x;
    if (up) return nearest > x ? nearest : nextUp(nearest, format.name);
    return nearest < x ? nearest : nextDown(nearest, format.name);
  };
  return { round, roundIntrinsic: round, startStep: () => (place = 0) };
}

function counted(
  { params, last }: TrainingRun,
  results: Iterable<readonly { readonly data: ArrayLike<number> }[]>,
) {
  const size = params.reduce((n, { data }) => n + data.length, 0);
  let kept: (readonly { readonly data: ArrayLike<number> }[])[] = [];
  for (const after of results) {
    if (last) kept = [after];
    else kept.push(after);
  }
  const flat = new Float64Array(size * kept.length);
  let at = 0;
  for (const { data } of kept.flat()) {
    for (let i = 0; i < data.length; i++) flat[at++] = data[i];
  }
  return flat;
}
