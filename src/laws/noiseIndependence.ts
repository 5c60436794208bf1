import type { LayerConfig } from "../networks/layerNetwork.js";
import { givenConfig } from "../networks/promisedLayer.js";
import type { LayerPromise } from "../record/promises.js";
import type { Outcome, Question } from "../record/protocol.js";
import type { Scenario } from "../record/scenario.js";
import { signAgreement } from "../statistics/independence.js";
import { compareWithRegion } from "../statistics/interval.js";
import { showInterval, told } from "./initialization.js";
import type { Inquiry, Verdicted } from "./inquiry.js";
import { failure, PASS, undecided } from "./law.js";
import { askNoise, askSeeded, noiseSeed, ones } from "./noiseQuestions.js";
import { flagged, shapeOf } from "./noiseStatistics.js";

/** What two streams of flags or noise have to do with each other: nothing, where independence is promised. */

/** Independent ones agree in half of the cases, within this. */
const AGREES = { low: 0.47, high: 0.53 };
/** At alpha 1e-9 the interval is 0.02 wide on either side, and the share itself within 0.01. */
const PAIRS = 24_000;

/** Seeds that people take one after another. */
const FIRST_SEEDS = 10;

export type NoisePairing = "seeds" | "first seeds" | "neighbours" | "calls";

const PAIRINGS: Readonly<Record<NoisePairing, string>> = {
  seeds: "two seeds",
  "first seeds": "the seeds 0 to 9, each and the next",
  neighbours: "neighbouring elements",
  calls: "two calls of one layer",
};

type Streams =
  | { readonly ok: true; readonly pairs: readonly (readonly [Float64Array, Float64Array])[] }
  | { readonly ok: false; readonly verdicted: Verdicted };

/** Signs of what is drawn: of a flag whether it is kept, of noise whether it is above 0. */
function signsOf(promise: LayerPromise, data: Float64Array): Float64Array {
  if (promise.kind.startsWith("gaussian")) return data.map((y) => Math.sign(y - 1));
  // Of 1 there come two values, whatever they are: the middle lies between them.
  const low = data.reduce((a, b) => Math.min(a, b), Infinity);
  const high = data.reduce((a, b) => Math.max(a, b), -Infinity);
  if (low === high) return data.map((y) => (y === 0 ? -1 : 1));
  return data.map((y) => Math.sign(y - (low + high) / 2));
}

/** Of seeds nothing can be said where a layer takes none; neighbours are there without. */
function* streamOf(
  promise: LayerPromise,
  scenario: Scenario,
  { seed, needed }: { readonly seed: number; readonly needed: boolean },
): Generator<
  Question,
  { readonly ok: true; readonly data: Float64Array } | (Streams & { ok: false }),
  Outcome
> {
  const x = ones(shapeOf(scenario));
  const config = { ...givenConfig(scenario), training: true };
  const answer = needed
    ? yield* askNoise(scenario, { x, config: { ...config, seed } })
    : yield* askSeeded(scenario, { x, config }, seed);
  return answer.ok ? { ok: true, data: flagged(promise, answer.values[0]) } : answer;
}

/** Units 0, 2, 4, … beside 1, 3, 5, …, in the order of the flags. */
const neighbours = (data: Float64Array): readonly [Float64Array, Float64Array] => [
  data.filter((_, i) => i % 2 === 0 && i + 1 < data.length),
  data.filter((_, i) => i % 2 === 1),
];

function* drawPairs(
  promise: LayerPromise,
  scenario: Scenario,
  pairing: NoisePairing,
): Generator<Question, Streams, Outcome> {
  const pairs: (readonly [Float64Array, Float64Array])[] = [];
  if (pairing === "first seeds") {
    const streams: Float64Array[] = [];
    for (let seed = 0; seed < FIRST_SEEDS; seed++) {
      const stream = yield* streamOf(promise, scenario, { seed, needed: true });
      if (!stream.ok) return stream;
      streams.push(stream.data);
    }
    return { ok: true, pairs: streams.slice(1).map((next, k) => [streams[k], next]) };
  }
  const needed = pairing === "seeds";
  for (let k = 0, count = 0; count < PAIRS; k++) {
    const one = yield* streamOf(promise, scenario, { seed: noiseSeed(scenario, k), needed });
    if (!one.ok) return one;
    if (pairing === "neighbours") pairs.push(neighbours(one.data));
    else {
      const two = yield* streamOf(promise, scenario, { seed: noiseSeed(scenario, -1 - k), needed });
      if (!two.ok) return two;
      pairs.push([one.data, two.data]);
    }
    count += pairs[k][0].length;
  }
  return { ok: true, pairs };
}

/** What pairs of streams say about the probability that they agree. */
function verdictOf(
  promise: LayerPromise,
  pairing: NoisePairing,
  pairs: readonly (readonly [Float64Array, Float64Array])[],
  alpha: number,
): Verdicted {
  const what = PAIRINGS[pairing];
  const same = pairs.find(([a, b]) => a.every((y, i) => y === b[i]));
  if (same) {
    const reason = `${what} give the same, to the bit`;
    return told(failure("bits", "value[0]", reason), reason);
  }
  const side = (which: 0 | 1): number[] => pairs.flatMap((pair) => Array.from(signsOf(promise, pair[which])));
  const [first, second] = [side(0), side(1)];
  const interval = signAgreement(first, second, alpha);
  const shown = `${what} agree in ${showInterval({ low: 100 * interval.low, high: 100 * interval.high })} % of the pairs`;
  const facts = [{ name: "pairs", value: first.length.toLocaleString("en") }];
  const comparison = compareWithRegion(interval, AGREES);
  if (comparison === "inside") return told(PASS, shown, facts);
  return comparison === "disjoint"
    ? told(failure("value", "value[0]", shown), "draws what goes together", facts)
    : told(undecided("statistics: more pairs would be needed than are drawn"), shown, facts);
}

/**
 * Two streams of flags, at a rate of a half, or of noise are independent, as far as they agree.
 *
 * Of a chain of streams whose signs are even each agreement is independent of the others, so that their number is
 * binomial, as with pairs that have nothing in common.
 */
export const independence = (promise: LayerPromise, pairing: Exclude<NoisePairing, "calls">): Inquiry =>
  function* (scenario, { alpha }) {
    const drawn = yield* drawPairs(promise, scenario, pairing);
    return drawn.ok ? verdictOf(promise, pairing, drawn.pairs, alpha) : drawn.verdicted;
  };

/**
 * Each call draws anew. With a seed some libraries draw the same each time, which nobody promises otherwise, and which
 * drops the same units in every step of a training.
 */
export const calls = (promise: LayerPromise): Inquiry =>
  function* (scenario, { alpha }) {
    const x = ones(shapeOf(scenario));
    const config: LayerConfig = { ...givenConfig(scenario), training: true };
    const pairs: (readonly [Float64Array, Float64Array])[] = [];
    for (let count = 0; count < PAIRS; count += flagged(promise, x).length) {
      const answer = yield* askNoise(scenario, { x, config, calls: 2 });
      if (!answer.ok) return answer.verdicted;
      const [one, two] = answer.values.map((y) => flagged(promise, y));
      pairs.push([one, two]);
    }
    const judgement = verdictOf(promise, "calls", pairs, alpha);
    if (judgement.verdict !== "pass") return judgement;
    const question = { x, config: { ...config, seed: noiseSeed(scenario, 0) }, calls: 2 };
    const seeded = yield* askNoise(scenario, question);
    // A layer that takes no seed draws anew.
    if (!seeded.ok) return seeded.outcome.status === "unsupported" ? judgement : seeded.verdicted;
    const [one, two] = seeded.values;
    if (one.data.some((y, i) => y !== two.data[i])) return judgement;
    const does =
      "with a seed each call draws the same: the same units are dropped in every step of a training";
    return { ...judgement, verdict: "convention", reason: does, does };
  };
