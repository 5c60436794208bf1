import type { ScenarioRequest, TrialProperty } from "../src/campaign/trialProperty.js";
import type { Stream } from "../src/core/random.js";
import { fanOf, fansOf } from "../src/networks/fans.js";
import { ACTIVATIONS } from "../src/networks/activate.js";
import { refusesFans } from "../src/laws/badInput.js";
import * as laws from "../src/laws/initialization.js";
import { variancePreserved } from "../src/laws/variancePreservation.js";
import { independence, type Pairing } from "../src/laws/weightIndependence.js";
import * as matrices from "../src/laws/weightMatrices.js";
import type { InitializerPromise } from "../src/record/promises.js";
import type { Scenario } from "../src/record/scenario.js";

/** What is promised of weights before training. Shapes are never square: several faults cannot be seen on square ones. */

type InitializerProperty = TrialProperty<InitializerPromise>;

const glorot = "Glorot and Bengio 2010; He et al. 2015; the library's documentation";
const RANDOM = new Set<InitializerPromise["law"]>(["normal", "uniform", "truncatedNormal"]);
const BOUNDED = new Set<InitializerPromise["law"]>(["uniform", "truncatedNormal"]);
const isRandom = ({ law }: InitializerPromise): boolean => RANDOM.has(law);
const isBounded = ({ law }: InitializerPromise): boolean => BOUNDED.has(law);
const isMatrix = ({ law }: InitializerPromise): boolean => law === "orthogonal";

type Request = ScenarioRequest<InitializerPromise>;

const scenarioOf = (
  stream: Stream,
  { target, dtype }: Request,
  settings: Scenario["settings"],
): Scenario => ({
  target: target.name,
  dtype,
  settings,
  tensors: [],
  seed: stream.bits() >>> 1,
  tags: [],
});

/** A matrix with so many weights, or more, one side of which is several times as long as the other. */
function rectangle(stream: Stream, weights: number): number[] {
  const ratio = stream.pick([3, 5, 8]);
  const short = Math.ceil(Math.sqrt(weights / ratio)) + stream.int(0, 5);
  const long = Math.ceil(weights / short);
  return stream.chance(0.5) ? [short, long] : [long, short];
}

/** A kernel of a rank, whose fans differ much, and differ from each other's sides. */
function kernel(stream: Stream, rank: number, weights: number): number[] {
  const field = Array.from({ length: Math.max(0, rank - 2) }, (_, k) => 2 + ((k + stream.int(0, 1)) % 3));
  const inside = field.reduce((a, b) => a * b, 1);
  return [...field, ...rectangle(stream, Math.ceil(weights / inside))];
}

const drawMatrix =
  (weights: number): InitializerProperty["draw"] =>
  (stream, request) =>
    scenarioOf(stream, request, { shape: rectangle(stream, weights) });

const LARGE = drawMatrix(16_384);

const common = { of: "initializers", source: glorot } as const;

export const scale: InitializerProperty = {
  ...common,
  name: "initialization/scale",
  statement: "The standard deviation of the weights is the promised one, within 2.5 %.",
  evidence: "statistical",
  presupposes: ["initialization/range"],
  about: isRandom,
  draw: LARGE,
  inquire: ({ promise }) => laws.scale(promise),
};

/** Fans that are taken of the wrong axes are off by more than this. */
const ROUGHLY = { low: 1 / 1.15, high: 1.15 };

export const fans: InitializerProperty = {
  ...common,
  name: "initialization/fans",
  statement: "The scale follows the fans of the kernel at every rank: channels times the receptive field.",
  evidence: "statistical",
  presupposes: ["initialization/range", "initialization/scale"],
  about: ({ variance, ranks, ...promise }) =>
    isRandom({ variance, ranks, ...promise }) && variance !== undefined && ranks.some((rank) => rank > 2),
  scenarios: 6,
  draw(stream, request) {
    const { promise } = request.target;
    const { mode } = promise.variance!;
    // Where the two fans are alike, as near a square, neither a swap nor a mean of them could be told.
    for (;;) {
      const shape = kernel(stream, stream.pick(promise.ranks.filter((rank) => rank >= 2 && rank <= 5)), 3000);
      const both = fansOf(shape);
      const own = fanOf(both, mode);
      if (
        [both.fanIn, both.fanOut].every((other) => other === own || Math.abs(Math.log(other / own)) > 0.5)
      ) {
        return scenarioOf(stream, request, { shape });
      }
    }
  },
  inquire: ({ promise }) => laws.scale(promise, ROUGHLY),
};

export const mean: InitializerProperty = {
  ...common,
  name: "initialization/mean",
  statement: "The mean of the weights is the promised one, within 2.5 % of their deviation.",
  evidence: "statistical",
  presupposes: ["initialization/range"],
  about: isRandom,
  draw: LARGE,
  inquire: ({ promise }) => laws.mean(promise),
};

export const range: InitializerProperty = {
  ...common,
  name: "initialization/range",
  statement: "Weights of a bounded law lie within its limits, and come near them.",
  evidence: "statistical",
  about: isBounded,
  draw: drawMatrix(4000),
  inquire: ({ promise }) => laws.range(promise),
};

export const distribution: InitializerProperty = {
  ...common,
  name: "initialization/distribution",
  statement:
    "The weights have the promised distribution function, and not another law's of the same variance.",
  evidence: "statistical",
  presupposes: ["initialization/range", "initialization/scale", "initialization/mean"],
  about: isRandom,
  draw: LARGE,
  inquire: ({ promise }) => laws.distribution(promise),
};

export const kurtosis: InitializerProperty = {
  ...common,
  name: "initialization/kurtosis",
  statement: "The fourth moment of a bounded law is the promised one, within 5 %.",
  evidence: "statistical",
  presupposes: [
    "initialization/range",
    "initialization/scale",
    "initialization/mean",
    "initialization/distribution",
  ],
  about: isBounded,
  draw: LARGE,
  inquire: ({ promise }) => laws.kurtosis(promise),
};

const pairing = (name: string, statement: string, which: Pairing): InitializerProperty => ({
  ...common,
  name: `initialization/${name}`,
  statement,
  source: "independence of random streams",
  evidence: "statistical",
  about: isRandom,
  draw: drawMatrix(which === "neighbouring seeds" ? 8000 : which === "consecutive seeds" ? 2700 : 4000),
  inquire: ({ promise }) => independence(promise, which),
});

export const seeds = pairing("seeds", "Two seeds give independent weights.", "seeds");
export const firstSeeds = pairing(
  "first-seeds",
  "The seeds 0 and 1, which people take first, give independent weights.",
  "neighbouring seeds",
);
export const consecutiveSeeds = pairing(
  "consecutive-seeds",
  "The seeds 0 to 9 give weights that are independent from one to the next, and not the same ones moved on.",
  "consecutive seeds",
);
export const draws = pairing(
  "draws",
  "One object gives new weights each time, or says that it does not.",
  "draws of one object",
);
export const units = pairing("units", "Neighbouring units get independent weights.", "units");

export const withoutFans: InitializerProperty = {
  ...common,
  name: "initialization/without-fans",
  statement:
    "Weights of less than two axes, which have no fans, are refused; what is made up instead is told, and is no NaN.",
  evidence: "sampled",
  scenarios: 6,
  about: ({ variance }) => variance !== undefined,
  draw: (stream, request) =>
    scenarioOf(stream, request, { shape: stream.chance(0.4) ? [] : [stream.int(1, 9)] }),
  inquire: () => refusesFans,
};

export const symmetryBreaking: InitializerProperty = {
  ...common,
  name: "initialization/symmetry-breaking",
  statement: "No two units of a layer start with the same weights.",
  source: "equal units get equal gradients, and stay equal",
  evidence: "sampled",
  scenarios: 3,
  about: isRandom,
  draw: drawMatrix(2000),
  inquire: () => matrices.symmetryBreaking,
};

export const constant: InitializerProperty = {
  ...common,
  name: "initialization/constant",
  statement: "Every weight of a constant law is the promised number.",
  evidence: "sampled",
  scenarios: 3,
  about: ({ law }) => law === "zeros" || law === "ones" || law === "constant",
  draw: drawMatrix(40),
  inquire: ({ promise }) => matrices.constant(promise),
};

export const orthogonal: InitializerProperty = {
  ...common,
  name: "initialization/orthogonal",
  statement: "Columns, or rows where they are fewer, are orthogonal, and as long as the gain.",
  source: "Saxe, McClelland and Ganguli 2014",
  evidence: "sampled",
  scenarios: 8,
  about: isMatrix,
  draw: (stream, request) =>
    scenarioOf(stream, request, {
      shape: kernel(stream, stream.pick(request.target.promise.ranks), stream.pick([12, 60, 400])),
    }),
  inquire: ({ promise }) => matrices.orthogonal(promise),
};

export const identity: InitializerProperty = {
  ...common,
  name: "initialization/identity",
  statement: "The identity has its gain on the diagonal and zeros beside it.",
  evidence: "sampled",
  scenarios: 3,
  about: ({ law }) => law === "identity",
  draw: (stream, request) => {
    const side = stream.int(1, 9);
    return scenarioOf(stream, request, { shape: [side, side] });
  },
  inquire: ({ promise }) => matrices.identity(promise),
};

/** Softmax would make one number of a layer depend on all others; the statistics hold, but nobody stacks it. */
const STACKED = ACTIVATIONS.filter((name) => !/softmax/i.test(name));

/** Of each depth the width at which a network has a few thousand units: neighbours are never alike. */
const WIDEST: readonly (readonly [depth: number, widest: number])[] = [
  [3, 320],
  [10, 160],
  [30, 80],
  [100, 40],
];

function drawNetwork(stream: Stream, request: Request): Scenario {
  const [depth, widest] = stream.pick(WIDEST);
  const widths = Array.from({ length: depth + 1 }, () => stream.int(widest >> 1, widest));
  return scenarioOf(stream, request, { activation: stream.pick(STACKED), widths });
}

const preserves = (direction: "forward" | "backward", what: string): InitializerProperty => ({
  ...common,
  name: `initialization/${direction}-variance`,
  presupposes: ["initialization/scale", "initialization/distribution"],
  statement: `Through networks of any depth and activation ${what} by the promised gain in every layer, and a layer that differs is named.`,
  source: "exact conditional χ² laws of normal weights; Poole et al. 2016, Schoenholz et al. 2017",
  evidence: "statistical",
  scenarios: 3,
  about: ({ law, variance }) => law === "normal" && variance !== undefined,
  draw: drawNetwork,
  inquire: ({ promise }) => variancePreserved(promise, direction),
});

export const forwardVariance = preserves("forward", "signals are multiplied");
export const backwardVariance = preserves("backward", "gradients are multiplied");
