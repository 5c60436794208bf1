import type { Interval } from "../statistics/interval.js";
import { compareWithRegion } from "../statistics/interval.js";
import { distanceInterval } from "../statistics/distributionDistance.js";
import { limitInterval } from "../statistics/limitInterval.js";
import { boundedMeanInterval, meanInterval } from "../statistics/meanInterval.js";
import { SequentialScale } from "../statistics/sequentialScale.js";
import { sequentialCap } from "../statistics/sequentialCap.js";
import { GAIN_REGION } from "../statistics/gainEvidence.js";
import { formatOf } from "../core/float.js";
import { sizeOf } from "../core/shape.js";
import type { InitializerPromise } from "../record/promises.js";
import type { Fact } from "../record/record.js";
import type { WeightLaw } from "../statistics/weightLaw.js";
import type { Inquiry, Verdicted } from "./inquiry.js";
import { failure, PASS, undecided, type LawJudgement } from "./law.js";
import { askWeights, readingsOf, seedOf, shapeOf, UNCORRECTED, type Reading } from "./weightSamples.js";

/** What initialisers promise of their weights, decided by intervals that are wrong with a stated probability. */

export const digits = (x: number): string => String(Number(x.toPrecision(4)));
export const showInterval = ({ low, high }: Interval): string => `${digits(low)} to ${digits(high)}`;

/** Of several readings of one promise each gets an equal part of what may go wrong. */
const shareOf = (alpha: number, readings: readonly Reading[]): number => alpha / readings.length;

type Side = "inside" | "disjoint" | "draw more";

/**
 * The verdict over all readings: right when the first one holds; another documented choice when only the second does;
 * wrong when none does.
 */
function overReadings(
  sides: readonly Side[],
  told: {
    readonly does: string;
    readonly facts: readonly Fact[];
    readonly wrong: string;
    readonly got?: number;
  },
): Verdicted {
  const { does, facts, wrong, got } = told;
  if (sides[0] === "inside") return { ...PASS, does, facts };
  if (sides.includes("inside")) {
    return { verdict: "convention", reason: UNCORRECTED, does: UNCORRECTED, facts };
  }
  if (sides.every((side) => side === "disjoint"))
    return { ...failure("value", "value[0]", wrong, got === undefined ? {} : { got }), does, facts };
  return { ...undecided("statistics: more weights would be needed than are drawn"), does, facts };
}

/** Wrong by this much has to be found, but for one run in a million. */
const MISSED = { gain: 1.05, miss: 1e-6 };

/**
 * The deviation of the weights is the promised one, within a region that is declared in advance: weights are drawn until the
 * interval of the gain lies inside it or off it.
 *
 * @param region of gains that count as right
 */
export const scale = (promise: InitializerPromise, region: Interval = GAIN_REGION): Inquiry =>
  function* (scenario, { alpha }) {
    const shape = shapeOf(scenario);
    const readings = readingsOf(promise, shape);
    const part = shareOf(alpha, readings);
    const tests = readings.map(({ law }) => new SequentialScale({ law, alpha: part, region }));
    const cap = Math.max(
      ...readings.map(({ law }) =>
        sequentialCap(
          { law, alpha: part, region },
          region === GAIN_REGION ? MISSED : { ...MISSED, gain: region.high * MISSED.gain },
        ),
      ),
    );
    let sides: Side[] = readings.map(() => "draw more");
    const done = (): boolean =>
      sides.includes("inside") || sides.every((side) => side === "disjoint") || tests[0].samples >= cap;
    for (let k = 0; !done(); k++) {
      const answer = yield* askWeights(scenario, { shape, seed: seedOf(scenario, k) });
      if (!answer.ok) return answer.verdicted;
      for (const { data } of answer.weights) {
        const bad = data.find((w) => !Number.isFinite(w));
        if (bad !== undefined)
          return told(failure("nan", "value[0]", `a weight is ${bad}`), "draws weights that are not finite");
        readings.forEach(({ promised: { mean, deviation } }, r) => {
          tests[r].add(mean === 0 ? data : data.map((w) => w - mean), deviation);
        });
      }
      sides = tests.map((test) => test.comparison());
    }
    const [{ promised }] = readings;
    const gain = tests[0].interval();
    const middle = Math.sqrt(tests[0].sumOfSquares / tests[0].samples);
    const facts = [
      { name: "standard deviation ÷ promised", value: `${digits(middle)} (${showInterval(gain)})` },
      { name: "promised", value: `${digits(promised.deviation)}, for the shape [${shape.join(", ")}]` },
      { name: "counts as right", value: showInterval(region) },
      { name: "weights", value: tests[0].samples.toLocaleString("en") },
    ];
    return overReadings(sides, {
      does: `draws weights whose standard deviation is ${digits(middle)} times the promised ${digits(promised.deviation)}`,
      facts,
      wrong: `the standard deviation is ${digits(middle)} times what is promised (${showInterval(gain)})`,
    });
  };

export const told = (judgement: LawJudgement, does: string, facts: readonly Fact[] = []): Verdicted => ({
  ...judgement,
  does,
  facts,
});

/** Weights that are looked at together, at most: memory stays as it is. */
export interface Enough {
  readonly samples: number;
}

/** As many weights as are wanted, in one array. */
function* gather(scenario: Parameters<Inquiry>[0], { samples }: Enough) {
  const shape = shapeOf(scenario);
  const all = new Float64Array(Math.ceil(samples / sizeOf(shape)) * sizeOf(shape));
  for (let k = 0, at = 0; at < all.length; k++) {
    const answer = yield* askWeights(scenario, { shape, seed: seedOf(scenario, k) });
    if (!answer.ok) return answer;
    all.set(answer.weights[0].data, at);
    at += answer.weights[0].data.length;
  }
  return { ok: true as const, all };
}

/** Deviations that a sample's own mean stays within, in 999 of 1,000. */
const OWN_MISS = 3.3;
/** Deviations of the mean that an interval takes at alpha 1e-9: √(2·log(2/alpha)). */
const MARGIN = 6.55;

/** A margin and the sample's own miss are within 2.5 % of a deviation; the margin is a tenth wider (see `mean`). */
const FOR_MEAN: Enough = { samples: Math.ceil(((1.1 * MARGIN + OWN_MISS) / 0.025) ** 2) };

/** The mean is the promised one, within 2.5 % of the deviation. */
export const mean = (promise: InitializerPromise): Inquiry =>
  function* (scenario, { alpha }) {
    const readings = readingsOf(promise, shapeOf(scenario));
    const gathered = yield* gather(scenario, FOR_MEAN);
    if (!gathered.ok) return gathered.verdicted;
    const { all } = gathered;
    const [{ law, promised }] = readings;
    const observed = all.reduce((total, w) => total + (w - promised.mean), 0) / all.length;
    // The interval needs a deviation that is not below the true one, which `scale` decides: a tenth is added.
    const deviation = 1.1 * promised.deviation;
    const interval = meanInterval(law, { mean: observed, samples: all.length, deviation }, alpha);
    const region = { low: -0.025 * promised.deviation, high: 0.025 * promised.deviation };
    const side = compareWithRegion(interval, region);
    const shown = digits(observed / promised.deviation);
    const facts = [
      {
        name: "mean − promised, in deviations",
        value: `${shown} (${showInterval({ low: interval.low / promised.deviation, high: interval.high / promised.deviation })})`,
      },
      { name: "counts as right", value: "−0.025 to 0.025" },
      { name: "weights", value: all.length.toLocaleString("en") },
    ];
    const wrong = `the mean is ${shown} deviations off the promised ${promised.mean}`;
    return overReadings([side], {
      does: `draws weights with the mean ${digits(observed + promised.mean)}`,
      facts,
      wrong,
    });
  };

/** Limits that count as right, in promised ones. */
const LIMIT_REGION = { low: 0.95, high: 1.05 };

/** Every weight lies within the limits of its law, and the limits are the promised ones. */
export const range = (promise: InitializerPromise): Inquiry =>
  function* (scenario, { alpha }) {
    const shape = shapeOf(scenario);
    const readings = readingsOf(promise, shape);
    const gathered = yield* gather(scenario, { samples: 4000 });
    if (!gathered.ok) return gathered.verdicted;
    const { all } = gathered;
    const part = shareOf(alpha, readings);
    const { u } = formatOf(scenario.dtype);
    const low = all.reduce((a, b) => Math.min(a, b), Infinity);
    const high = all.reduce((a, b) => Math.max(a, b), -Infinity);
    const beyond = (w: number, { promised: { limits } }: Reading): boolean => {
      const [least, most] = limits;
      // Limits and weights are rounded, the weights in the subject's format, after a few operations.
      const slack = 8 * u * Math.max(Math.abs(least), Math.abs(most));
      return w < least - slack || w > most + slack;
    };
    const sides = readings.map((reading): Side => {
      const { law, promised } = reading;
      const half = (promised.limits[1] - promised.limits[0]) / 2;
      if (beyond(low, reading) || beyond(high, reading)) return "disjoint";
      // Each side by itself: the weights above the mean are |w| of the law, and so are those below.
      const above = all.filter((w) => w > promised.mean).length;
      const ends = [
        { reach: high - promised.mean, samples: above },
        { reach: promised.mean - low, samples: all.length - above },
      ].map(({ reach, samples }) => {
        if (samples === 0) return "disjoint";
        const limit = limitInterval(law, Math.min(Math.max(reach, 0), half), samples, part / 2);
        return compareWithRegion({ low: limit.low / half, high: limit.high / half }, LIMIT_REGION);
      });
      return (
        ends.find((side) => side === "disjoint") ?? ends.find((side) => side === "draw more") ?? "inside"
      );
    });
    const [{ promised }] = readings;
    const within = `${digits(low)} to ${digits(high)}`;
    const facts = [
      { name: "weights from", value: within },
      { name: "promised limits", value: showInterval({ low: promised.limits[0], high: promised.limits[1] }) },
      { name: "weights", value: all.length.toLocaleString("en") },
    ];
    const wrong = `weights lie from ${within}, and the promised limits are ${showInterval({ low: promised.limits[0], high: promised.limits[1] })} (shape [${shape.join(", ")}])`;
    const got = [low, high].find((w) => beyond(w, readings[0]));
    return overReadings(sides, {
      does: `draws weights from ${within}`,
      facts,
      wrong,
      ...(got !== undefined && { got }),
    });
  };

/**
 * A distance that separates uniform, normal and truncated normal laws, which are 0.0167 and more apart; and samples that
 * decide at alpha 1e-9: the margin is 0.0051, and a right sample is less than 0.0031 off its law in 999 of 1,000, so that
 * both are within 0.0082 of 0 or of 0.0167.
 */
const SAME_LAW = { low: 0, high: 0.0085 };
const FOR_LAW: Enough = { samples: 410_000 };

/** The distribution function is that of the promised law, wherever one looks. */
export const distribution = (promise: InitializerPromise): Inquiry =>
  function* (scenario, { alpha }) {
    const readings = readingsOf(promise, shapeOf(scenario));
    const gathered = yield* gather(scenario, FOR_LAW);
    if (!gathered.ok) return gathered.verdicted;
    const { all } = gathered;
    const distances = readings.map(({ law, promised: { mean: centre, deviation } }) =>
      distanceInterval(all, (w) => law.cdf((w - centre) / deviation), shareOf(alpha, readings)),
    );
    const sides = distances.map((distance) => compareWithRegion(distance, SAME_LAW));
    const [distance] = distances;
    const [{ promised }] = readings;
    const facts = [
      { name: "distance of the distribution functions", value: showInterval(distance) },
      { name: "counts as right", value: `below ${SAME_LAW.high}` },
      { name: "weights", value: all.length.toLocaleString("en") },
    ];
    const wrong = `the distribution function is ${digits(distance.low)} or more off that of the promised ${promised.kind} law`;
    return overReadings(sides, {
      does: `draws weights of a law that is at most ${digits(distance.high)} off the promised ${promised.kind} one`,
      facts,
      wrong,
    });
  };

/**
 * A margin and the sample's own miss are within 5 % of the fourth moment p of weights in units of their limit: numbers
 * from 0 to 1, whose deviation is √(p·(1 − p)) at most.
 */
function forFourthMoment({ fourthMoment, limit }: WeightLaw): Enough {
  const p = fourthMoment / limit ** 4;
  return { samples: Math.ceil(((MARGIN + OWN_MISS) / 0.05) ** 2 * ((1 - p) / p)) };
}

/** The fourth moment of a bounded law, in units of its limit, is the promised one within 5 %. */
export const kurtosis = (promise: InitializerPromise): Inquiry =>
  function* (scenario, { alpha }) {
    const readings = readingsOf(promise, shapeOf(scenario));
    const gathered = yield* gather(scenario, forFourthMoment(readings[0].law));
    if (!gathered.ok) return gathered.verdicted;
    const { all } = gathered;
    const results = readings.map(({ law, promised }) => {
      const half = (promised.limits[1] - promised.limits[0]) / 2;
      // `range` holds weights to the limits; what is beyond counts as at them, so that the bound holds.
      const fourth =
        all.reduce((total, w) => total + Math.min(1, Math.abs(w - promised.mean) / half) ** 4, 0) /
        all.length;
      const interval = boundedMeanInterval(Math.min(1, fourth), all.length, shareOf(alpha, readings));
      const unit = law.fourthMoment / law.limit ** 4;
      return { interval: { low: interval.low / unit, high: interval.high / unit }, shown: fourth / unit };
    });
    const sides = results.map(({ interval }) => compareWithRegion(interval, { low: 0.95, high: 1.05 }));
    const [{ interval, shown }] = results;
    const facts = [
      { name: "fourth moment ÷ promised", value: `${digits(shown)} (${showInterval(interval)})` },
      { name: "counts as right", value: "0.95 to 1.05" },
      { name: "weights", value: all.length.toLocaleString("en") },
    ];
    const wrong = `the fourth moment is ${digits(shown)} times that of the promised law (${showInterval(interval)})`;
    return overReadings(sides, {
      does: `draws weights whose fourth moment is ${digits(shown)} times the promised one`,
      facts,
      wrong,
    });
  };
