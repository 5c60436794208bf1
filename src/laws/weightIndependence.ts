import type { InitializerPromise } from "../record/promises.js";
import { signAgreement } from "../statistics/independence.js";
import { compareWithRegion, type Interval } from "../statistics/interval.js";
import { showInterval, told, type Enough } from "./initialization.js";
import type { Inquiry, Verdicted } from "./inquiry.js";
import { failure, PASS, undecided } from "./law.js";
import { askWeights, readingsOf, seedOf, shapeOf } from "./weightSamples.js";

/** Independent weights agree in sign in half of the cases, within this. */
const AGREES = { low: 0.47, high: 0.53 };
const FOR_SIGNS: Enough = { samples: 24_000 };

export type Pairing = "seeds" | "neighbouring seeds" | "consecutive seeds" | "draws of one object" | "units";

/** What is wrong when two streams of weights are the same or go together. */
const PAIRINGS: Readonly<Record<Pairing, string>> = {
  seeds: "weights of two seeds",
  "neighbouring seeds": "weights of the seeds 0 and 1",
  "consecutive seeds": "weights of the seeds 0 to 9, each and the next,",
  "draws of one object": "two weights drawn one after another from one object",
  units: "weights of neighbouring units",
};

/**
 * Two streams of weights are independent, as far as their signs tell.
 *
 * Of a chain of streams whose signs are even each agreement is independent of the others, so that their number is
 * binomial, as with pairs that have nothing in common.
 */
export const independence = (promise: InitializerPromise, pairing: Pairing): Inquiry =>
  function* (scenario, { alpha }) {
    const shape = shapeOf(scenario);
    const [{ promised }] = readingsOf(promise, shape);
    const first: number[] = [];
    const second: number[] = [];
    let same = true;
    for (let k = 0; first.length < FOR_SIGNS.samples; k++) {
      const pair = yield* askPair(scenario, pairing, k);
      if (!pair.ok) return pair.verdicted;
      const [a, b] = pair.streams;
      const shift = pairing === "consecutive seeds" ? shiftOf(a, b) : undefined;
      if (shift !== undefined) {
        const says = `the seed ${k + 1} gives the weights of the seed ${k}, ${shift} places on`;
        return told(failure("bits", "value[0]", says), says);
      }
      same &&= a.every((w, i) => Object.is(w, b[i]));
      for (let i = 0; i < a.length; i++) {
        first.push(a[i] - promised.mean);
        second.push(b[i] - promised.mean);
      }
      if (pairing === "neighbouring seeds") break;
    }
    const what = PAIRINGS[pairing];
    const facts = [{ name: "pairs", value: first.length.toLocaleString("en") }];
    if (same) {
      const says = `gives the same weights twice: ${what} are equal to the bit`;
      // One object with a seed of its own: some libraries document it so, and none that the weights are new ones.
      if (pairing === "draws of one object")
        return told({ verdict: "convention", reason: says }, says, facts);
      return told(failure("bits", "value[0]", `${what} are equal to the bit`), says, facts);
    }
    const interval = signAgreement(first, second, alpha);
    const side = compareWithRegion(
      interval,
      pairing === "neighbouring seeds" ? wider(first.length, alpha) : AGREES,
    );
    const shown = `agree in sign in ${showInterval({ low: 100 * interval.low, high: 100 * interval.high })} % of the pairs`;
    const all = [...facts, { name: "agree in sign", value: `${showInterval(interval)} of the pairs` }];
    if (side === "disjoint")
      return told(
        failure("value", "value[0]", `${what} go together: they ${shown}`),
        `draws weights that go together`,
        all,
      );
    if (side === "draw more")
      return told(
        undecided("statistics: more pairs would be needed than are drawn"),
        `${what} ${shown}`,
        all,
      );
    return told(PASS, `${what} ${shown}`, all);
  };

/** Two seeds give but one pair of tensors: what can be shown of so few is less. */
const wider = (pairs: number, alpha: number): Interval => {
  const margin = 2.2 * Math.sqrt(Math.log(2 / alpha) / (2 * pairs));
  return { low: Math.max(0.05, 0.5 - margin), high: Math.min(0.95, 0.5 + margin) };
};

type Pair =
  | { readonly ok: true; readonly streams: readonly [Float64Array, Float64Array] }
  | { readonly ok: false; readonly verdicted: Verdicted };

function* askPair(scenario: Parameters<Inquiry>[0], pairing: Pairing, k: number) {
  const shape = shapeOf(scenario);
  const seed = seedOf(scenario, k);
  if (pairing === "draws of one object" || pairing === "units") {
    const answer = yield* askWeights(scenario, { shape, seed, count: pairing === "units" ? 1 : 2 });
    if (!answer.ok) return answer satisfies Pair;
    const [a, b] = answer.weights;
    return {
      ok: true,
      streams: pairing === "units" ? neighbours(a.data, shape) : [a.data, b.data],
    } satisfies Pair;
  }
  const [one, two] =
    pairing === "seeds"
      ? [seed, seedOf(scenario, -1 - k)]
      : pairing === "consecutive seeds"
        ? [k, k + 1]
        : [0, 1];
  const a = yield* askWeights(scenario, { shape, seed: one });
  if (!a.ok) return a satisfies Pair;
  const b = yield* askWeights(scenario, { shape, seed: two });
  if (!b.ok) return b satisfies Pair;
  return { ok: true, streams: [a.weights[0].data, b.weights[0].data] } satisfies Pair;
}

/** As many weights as are no accident: of a continuous law not even two are equal. */
const RUN = 16;
const FARTHEST = 64;

/**
 * By how many places one stream is the other moved on: so it is where the number of a weight is added to the seed, and
 * signs at the same places do not show it.
 */
function shiftOf(a: Float64Array, b: Float64Array): number | undefined {
  const continues = (from: Float64Array, into: Float64Array, shift: number): boolean =>
    from.length >= RUN + shift && from.slice(shift, shift + RUN).every((w, i) => w === into[i]);
  for (let shift = 1; shift <= FARTHEST; shift++) {
    if (continues(a, b, shift)) return shift;
    if (continues(b, a, shift)) return -shift;
  }
  return undefined;
}

/** Units 0, 2, 4, … beside 1, 3, 5, …: the last axis is that of the units. */
function neighbours(data: Float64Array, shape: readonly number[]): readonly [Float64Array, Float64Array] {
  const units = shape[shape.length - 1];
  const pairs = units >> 1;
  const rows = data.length / units;
  const at = (side: 0 | 1): Float64Array =>
    Float64Array.from(
      { length: rows * pairs },
      (_, i) => data[Math.floor(i / pairs) * units + 2 * (i % pairs) + side],
    );
  return [at(0), at(1)];
}
