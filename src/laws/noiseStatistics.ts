import { sizeOf } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { LayerConfig } from "../networks/layerNetwork.js";
import { multiplicativeDeviation } from "../networks/noiseLayers.js";
import { givenConfig } from "../networks/promisedLayer.js";
import type { LayerPromise } from "../record/promises.js";
import type { Outcome, Question } from "../record/protocol.js";
import type { Fact } from "../record/record.js";
import type { Scenario } from "../record/scenario.js";
import { clopperPearson } from "../statistics/binomial.js";
import { distanceInterval } from "../statistics/distributionDistance.js";
import { compareWithRegion, type Comparison, type Interval } from "../statistics/interval.js";
import { meanInterval } from "../statistics/meanInterval.js";
import { scaleInterval } from "../statistics/meanSquareBand.js";
import { normalLaw } from "../statistics/weightLaw.js";
import { digits, showInterval, told } from "./initialization.js";
import type { Inquiry, Verdicted } from "./inquiry.js";
import { failure, PASS, undecided } from "./law.js";
import { askSeeded, noiseSeed, ones } from "./noiseQuestions.js";

/** What dropout and noise promise of many numbers, decided by intervals that are wrong with a stated probability. */

export const shapeOf = ({ settings }: Scenario): number[] => settings.shape as number[];

type Gathered =
  | { readonly ok: true; readonly tensors: readonly Tensor[] }
  | { readonly ok: false; readonly verdicted: Verdicted };

/** What becomes of x, asked with one seed after another until there are so many numbers. */
export function* gatherNoise(
  scenario: Scenario,
  { x, config, samples }: { readonly x: Tensor; readonly config: LayerConfig; readonly samples: number },
): Generator<Question, Gathered, Outcome> {
  const tensors: Tensor[] = [];
  for (let k = 0; k * sizeOf(x.shape) < samples; k++) {
    const question = { x, config: { ...config, training: true } };
    const answer = yield* askSeeded(scenario, question, noiseSeed(scenario, k));
    if (!answer.ok) return answer;
    const bad = answer.values[0].data.find((y) => !Number.isFinite(y));
    if (bad !== undefined) {
      return {
        ok: false,
        verdicted: told(
          failure("nan", "value[0]", `a result is ${bad}`),
          "draws numbers that are not finite",
        ),
      };
    }
    tensors.push(answer.values[0]);
  }
  return { ok: true, tensors };
}

/** One number for each flag: of whole channels the first step stands for all of them. */
export function flagged({ kind }: LayerPromise, { shape, data }: Tensor): Float64Array {
  if (kind !== "spatialDropout") return data;
  const [, steps, channels] = shape;
  return data.filter((_, i) => Math.floor(i / channels) % steps === 0);
}

/** How far a rate may be off and count as right, in deviations of one flag: 2 % at a rate of a half. */
const RATE_MARGIN = 0.04;
/** At alpha 1e-9 the interval is 6.1 deviations wide on either side, and the rate itself within 5 of them. */
const FOR_RATE = 100_000;

const rateRegion = (promised: number): Interval => {
  const margin = RATE_MARGIN * Math.sqrt(promised * (1 - promised));
  return { low: promised - margin, high: promised + margin };
};

function decided(
  side: Comparison,
  { does, facts, wrong }: { readonly does: string; readonly facts: readonly Fact[]; readonly wrong: string },
): Verdicted {
  if (side === "inside") return told(PASS, does, facts);
  if (side === "disjoint") return told(failure("value", "value[0]", wrong), does, facts);
  return told(undecided("statistics: more numbers would be needed than are drawn"), does, facts);
}

/** As large a part is dropped as the rate says. */
export const rate = (promise: LayerPromise): Inquiry =>
  function* (scenario, { alpha }) {
    const config = givenConfig(scenario);
    const x = ones(shapeOf(scenario));
    const perQuestion = flagged(promise, x).length;
    const samples = (FOR_RATE * sizeOf(x.shape)) / perQuestion;
    const gathered = yield* gatherNoise(scenario, { x, config, samples });
    if (!gathered.ok) return gathered.verdicted;
    const flags = gathered.tensors.map((y) => flagged(promise, y));
    const count = flags.length * perQuestion;
    const dropped = flags.reduce((sum, each) => sum + each.filter((y) => y === 0).length, 0);
    const interval = clopperPearson(dropped, count, alpha);
    const promised = Number(config.rate);
    const region = rateRegion(promised);
    const shown = digits(dropped / count);
    return decided(compareWithRegion(interval, region), {
      does: `drops ${shown} of what it is given at a rate of ${promised}`,
      facts: [
        { name: "dropped", value: `${shown} (${showInterval(interval)})` },
        { name: "rate", value: String(promised) },
        { name: "counts as right", value: showInterval(region) },
        { name: "flags", value: count.toLocaleString("en") },
      ],
      wrong: `it drops ${shown} (${showInterval(interval)}) at a rate of ${promised}`,
    });
  };

/** The values that come of 1 and −1, as far as they differ. */
const valuesOf = (y: readonly number[]): number[] => [...new Set(y)];

/** Mean and variance that count as right, of 0 and 1. */
const MEAN_REGION: Interval = { low: -0.05, high: 0.05 };
const VARIANCE_REGION: Interval = { low: 0.9, high: 1.1 };

interface TwoValued {
  /** What 1 and −1 become when they are kept. */
  readonly kept: readonly [number, number];
  readonly dropped: number;
}

const meanOf = ({ kept: [a, b], dropped }: TwoValued, p: number): number =>
  (1 - p) * ((a + b) / 2) + p * dropped;
const varianceOf = (values: TwoValued, p: number): number => {
  const {
    kept: [a, b],
    dropped,
  } = values;
  return (1 - p) * ((a * a + b * b) / 2) + p * dropped * dropped - meanOf(values, p) ** 2;
};

/** Of a parabola or a line in p over an interval: at its ends, and at the apex of what is no line. */
function hull(f: (p: number) => number, { low, high }: Interval): Interval {
  const [a, b, c] = [f(low), f((low + high) / 2), f(high)];
  const [slope, bend] = [c - a, a - 2 * b + c];
  const apex = bend === 0 ? 0 : -slope / (4 * bend);
  const ends = [a, c, ...(Math.abs(apex) < 0.5 ? [f((low + high) / 2 + apex * (high - low))] : [])];
  return { low: Math.min(...ends), high: Math.max(...ends) };
}

/**
 * Inputs of mean 0 and variance 1 keep both, as alpha dropout promises, and as large a part is dropped as the rate says.
 *
 * Of 1 and −1 there come three values only: what either becomes when it is kept, and what both become when they are
 * dropped. How often is a binomial count, so that the interval for it is one for mean and variance, whatever the
 * values are.
 */
export const moments: Inquiry = function* (scenario, { alpha }) {
  const shape = shapeOf(scenario);
  const signs = {
    shape,
    data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => (i % 2 === 0 ? 1 : -1)),
  };
  const config = givenConfig(scenario);
  const gathered = yield* gatherNoise(scenario, { x: signs, config, samples: FOR_RATE });
  if (!gathered.ok) return gathered.verdicted;
  const numbers = gathered.tensors.flatMap(({ data }) => Array.from(data));
  const [ofPlus, ofMinus] = [0, 1].map((side) =>
    valuesOf(gathered.tensors.flatMap(({ data }) => Array.from(data).filter((_, i) => i % 2 === side))),
  );
  const common = ofPlus.filter((y) => ofMinus.includes(y));
  if (ofPlus.length !== 2 || ofMinus.length !== 2 || common.length !== 1) {
    const reason = `of 1 there come ${ofPlus.length} values, of −1 ${ofMinus.length}, of which ${common.length} are the same`;
    return told(failure("value", "value[0]", reason), reason);
  }
  const [dropped] = common;
  const [a] = ofPlus.filter((y) => y !== dropped);
  const [b] = ofMinus.filter((y) => y !== dropped);
  const count = numbers.filter((y) => y === dropped).length;
  const p = clopperPearson(count, numbers.length, alpha);
  const values: TwoValued = { kept: [a, b], dropped };
  const mean = hull((q) => meanOf(values, q), p);
  const variance = hull((q) => varianceOf(values, q), p);
  const promised = Number(config.rate);
  const sides = [
    compareWithRegion(mean, MEAN_REGION),
    compareWithRegion(variance, VARIANCE_REGION),
    compareWithRegion(p, rateRegion(promised)),
  ];
  const side =
    sides.find((each) => each === "disjoint") ?? sides.find((each) => each !== "inside") ?? "inside";
  const share = count / numbers.length;
  const shown = `mean ${digits(meanOf(values, share))} and variance ${digits(varianceOf(values, share))}`;
  return decided(side, {
    does: `makes ${shown} of mean 0 and variance 1, and ${digits(dropped)} of what is dropped`,
    facts: [
      { name: "rate", value: `${promised}, dropped: ${showInterval(p)}` },
      { name: "kept, 1 and −1 become", value: `${digits(a)} and ${digits(b)}` },
      { name: "dropped, they become", value: digits(dropped) },
      { name: "mean", value: `${showInterval(mean)}, right: ${showInterval(MEAN_REGION)}` },
      { name: "variance", value: `${showInterval(variance)}, right: ${showInterval(VARIANCE_REGION)}` },
      { name: "numbers", value: numbers.length.toLocaleString("en") },
    ],
    wrong: `of mean 0 and variance 1 there come ${shown}, and of ${promised} it drops ${digits(share)}`,
  });
};

/**
 * Deviations that count as right, and the mean in deviations; the distance from the normal distribution function is
 * that of `initialization/distribution`, which says how many samples it takes.
 */
const DEVIATION_REGION: Interval = { low: 0.975, high: 1.025 };
const CENTRE_REGION: Interval = { low: -0.025, high: 0.025 };
const SAME_LAW: Interval = { low: 0, high: 0.0085 };
const FOR_LAW = 600_000;

/** Noise is normal, with the promised mean and deviation: of each a third of what may go wrong. */
export const gaussian = ({ kind }: LayerPromise): Inquiry =>
  function* (scenario, { alpha }) {
    const config = givenConfig(scenario);
    const x = ones(shapeOf(scenario));
    const gathered = yield* gatherNoise(scenario, { x, config, samples: FOR_LAW });
    if (!gathered.ok) return gathered.verdicted;
    const promised =
      kind === "gaussianNoise" ? Number(config.stddev) : multiplicativeDeviation(Number(config.rate));
    // Of 1 both kinds make 1 and noise around 0.
    const noise = Float64Array.from(
      gathered.tensors.flatMap(({ data }) => Array.from(data, (y) => (y - 1) / promised)),
    );
    const samples = noise.length;
    const mean = noise.reduce((sum, z) => sum + z, 0) / samples;
    const squares = noise.reduce((sum, z) => sum + z * z, 0);
    const part = alpha / 3;
    const deviation = scaleInterval(normalLaw, squares, samples, part);
    // The interval of the mean needs a deviation that is not below the true one.
    const centre = meanInterval(normalLaw, { mean, samples, deviation: deviation.high }, part);
    const distance = distanceInterval(noise, (z) => normalLaw.cdf(z), part);
    const looks: readonly (readonly [string, Interval, Interval])[] = [
      ["deviation ÷ promised", deviation, DEVIATION_REGION],
      ["mean − promised, in deviations", centre, CENTRE_REGION],
      ["distance of the distribution functions", distance, SAME_LAW],
    ];
    const sides = looks.map(([, interval, region]) => compareWithRegion(interval, region));
    const at = sides.indexOf("disjoint");
    const facts = [
      { name: "promised deviation", value: digits(promised) },
      ...looks.map(([name, interval, region]) => ({
        name,
        value: `${showInterval(interval)}, right: ${showInterval(region)}`,
      })),
      { name: "numbers", value: samples.toLocaleString("en") },
    ];
    const side = at >= 0 ? "disjoint" : sides.every((each) => each === "inside") ? "inside" : "draw more";
    return decided(side, {
      does: `draws noise of deviation ${digits(promised * Math.sqrt(squares / samples))} and mean ${digits(promised * mean)}`,
      facts,
      wrong: at < 0 ? "" : `the ${looks[at][0]} is ${showInterval(looks[at][1])}`,
    });
  };
