import type { Stream } from "../src/core/random.js";
import { formatOf } from "../src/core/float.js";
import { sizeOf, type Shape } from "../src/core/shape.js";
import type { Tensor } from "../src/core/tensor.js";
import { NOISY_KINDS } from "../src/networks/noiseLayers.js";
import type { ScenarioRequest, TrialProperty } from "../src/campaign/trialProperty.js";
import * as laws from "../src/laws/dropout.js";
import { calls, independence, type NoisePairing } from "../src/laws/noiseIndependence.js";
import * as statistics from "../src/laws/noiseStatistics.js";
import type { LayerPromise } from "../src/record/promises.js";
import type { Scenario, Settings } from "../src/record/scenario.js";

/** What is promised of layers that are random in training. */

type DropoutProperty = TrialProperty<LayerPromise>;
type Request = ScenarioRequest<LayerPromise>;

const of =
  (...kinds: readonly string[]) =>
  ({ kind }: LayerPromise): boolean =>
    kinds.includes(kind);
const DROPPING = of("dropout", "spatialDropout", "alphaDropout");
const GAUSSIAN = of("gaussianDropout", "gaussianNoise");
const NOISY = of(...NOISY_KINDS);
/** Of how much there is, by name: no rate is 1, which is tried by itself. */
const RATES = [0.5, 0.1, 0.3, 0.75, 0.9];
const DEVIATIONS = [1, 0.1, 3];

/** A rate or a deviation; an image whose width is random in training has a factor. */
const amount = (
  kind: string,
  stream: Stream,
  rates: readonly number[],
  deviations: readonly number[] = DEVIATIONS,
): Settings => {
  if (kind === "randomWidth") return { "config.factor": 0.5, "config.seed": stream.int(0, 1000) };
  return kind === "gaussianNoise"
    ? { "config.stddev": stream.pick(deviations) }
    : { "config.rate": stream.pick(rates) };
};

/** A batch of what the layer takes; of sequences where it drops channels, of images where it resizes. */
function drawShape(stream: Stream, kind: string): Shape {
  if (kind === "spatialDropout") return [stream.int(1, 3), stream.int(1, 4), stream.int(1, 4)];
  if (kind === "randomWidth") return [stream.int(1, 2), 4, stream.int(4, 8), 2];
  return [stream.int(1, 3), ...Array.from({ length: stream.int(0, 2) }, () => stream.int(1, 5))];
}

/** Numbers none of which is 0: a 0 looks as if it had been dropped. */
const drawNumbers = (stream: Stream, shape: Shape, round: (x: number) => number): Tensor => ({
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, () => round(stream.normal()) || 1),
});

/** A layer with settings; its tensors are x and a cotangent, or none where x is all ones. */
const scenarioOf = (
  stream: Stream,
  { target, dtype }: Request,
  settings: Settings,
  tensors: readonly Tensor[] = [0, 1].map(() =>
    drawNumbers(stream, settings.shape as number[], formatOf(dtype).round),
  ),
): Scenario => ({ target: target.name, dtype, settings, tensors, seed: stream.bits() >>> 1, tags: [] });

/** Of one answer: a few numbers and their cotangents. Explicit zeros among the rates and deviations. */
const draw = (stream: Stream, request: Request): Scenario => {
  const { kind } = request.target.promise;
  return scenarioOf(stream, request, {
    shape: [...drawShape(stream, kind)],
    ...amount(kind, stream, [0, ...RATES], [0, ...DEVIATIONS]),
  });
};

/** With half as many numbers, one axis after another. */
function* simpler(scenario: Scenario): Iterable<Scenario> {
  const shape = scenario.settings.shape as number[];
  for (const [axis, length] of shape.entries()) {
    if (length < 2) continue;
    const smaller = shape.with(axis, length >> 1);
    const tensors = scenario.tensors.map(({ data }) => ({
      shape: smaller,
      data: data.slice(0, sizeOf(smaller)),
    }));
    yield { ...scenario, settings: { ...scenario.settings, shape: smaller }, tensors };
  }
}

const sampled = {
  evidence: "sampled",
  of: "layers",
  source: "Srivastava et al. 2014; Klambauer et al. 2017; the layer's documentation",
  draw,
  simpler,
} as const;

export const inference: DropoutProperty = {
  ...sampled,
  name: "layer/inference",
  statement: "A layer that is random in training returns what it is given outside of it, and by default.",
  about: (promise) => NOISY(promise) || promise.kind === "randomWidth",
  inquire: () => laws.inference,
};

export const kept: DropoutProperty = {
  ...sampled,
  name: "dropout/kept",
  statement:
    "What is kept is scaled by 1 / (1 − rate) (alpha dropout: by its transformation), all of it at a rate of 0, and the gradient has the mask of the value.",
  about: DROPPING,
  inquire: ({ promise }) => laws.kept(promise),
};

export const noise: DropoutProperty = {
  ...sampled,
  name: "dropout/noise-gradient",
  statement:
    "The gradient of noise is that of the noise in the value; at a rate or deviation of 0 everything stays.",
  about: GAUSSIAN,
  inquire: ({ promise }) => laws.noiseGradient(promise),
};

export const rateOne: DropoutProperty = {
  ...sampled,
  name: "dropout/rate-one",
  statement: "A rate of 1 drops everything, or is refused.",
  about: of("dropout", "spatialDropout"),
  scenarios: 8,
  inquire: () => laws.rateOne,
};

export const noiseShape: DropoutProperty = {
  ...sampled,
  name: "dropout/noise-shape",
  statement: "Along axes of length 1 of its noise's shape, dropout keeps or drops everything together.",
  about: of("dropout", "alphaDropout"),
  draw(stream, request) {
    const shape = [stream.int(2, 4), stream.int(2, 4), stream.int(2, 5)];
    const shared = stream.int(0, 2);
    return scenarioOf(stream, request, {
      shape,
      "config.rate": stream.pick([0.5, 0.3]),
      "config.noiseShape": shape.with(shared, 1),
    });
  },
  // The shape of the noise belongs to that of x.
  simpler: () => [],
  inquire: ({ promise }) => laws.noiseShape(promise),
};

export const maps: DropoutProperty = {
  ...sampled,
  name: "dropout/maps",
  statement: "Spatial dropout drops whole feature maps.",
  source: "Tompson et al. 2015, sec. 3.2; the layer's documentation",
  about: of("spatialDropout"),
  draw: (stream, request) =>
    scenarioOf(stream, request, {
      shape: [stream.int(1, 2), stream.int(3, 6), stream.int(3, 6)],
      "config.rate": stream.pick([0.5, 0.3]),
    }),
  inquire: ({ promise }) => laws.wholeMaps(promise),
};

export const reproducible: DropoutProperty = {
  ...sampled,
  name: "dropout/reproducible",
  statement: "The same seed draws the same, to the bit, and the seed 0 is a seed.",
  about: NOISY,
  scenarios: 4,
  draw: (stream, request) =>
    scenarioOf(stream, request, {
      shape: request.target.promise.kind === "spatialDropout" ? [4, 2, 16] : [8, 16],
      ...amount(request.target.promise.kind, stream, [0.5]),
    }),
  inquire: () => laws.reproducible,
};

/** A tensor of ones, so many that flags or noise of it are worth a question. */
const drawMany =
  (flags: number, rates: readonly number[]) =>
  (stream: Stream, request: Request): Scenario => {
    const { kind } = request.target.promise;
    const rows = stream.int(30, 50);
    const wide = Math.ceil(flags / rows);
    const shape = kind === "spatialDropout" ? [rows, 2, wide] : [rows, wide];
    return scenarioOf(stream, request, { shape, ...amount(kind, stream, rates) }, []);
  };

const statistical = {
  evidence: "statistical",
  of: "layers",
  source: sampled.source,
} as const;

export const rate: DropoutProperty = {
  ...statistical,
  name: "dropout/rate",
  statement: "As large a part is dropped as the rate says, within 2 % (of a rate of a half).",
  about: of("dropout", "spatialDropout"),
  scenarios: 2,
  draw: drawMany(50_000, RATES),
  inquire: ({ promise }) => statistics.rate(promise),
};

export const moments: DropoutProperty = {
  ...statistical,
  name: "dropout/moments",
  statement: "Alpha dropout keeps a mean of 0, within 0.05, and a variance of 1, within 10 %.",
  source: "Klambauer et al. 2017, sec. 2",
  about: of("alphaDropout"),
  scenarios: 2,
  draw: drawMany(50_000, RATES),
  inquire: () => statistics.moments,
};

export const gaussian: DropoutProperty = {
  ...statistical,
  name: "dropout/gaussian",
  statement: "Noise is normal, with the promised mean and deviation, within 2.5 % of the deviation.",
  about: GAUSSIAN,
  // At a rate of a half rate / (1 − rate) is its own root.
  draw: drawMany(
    100_000,
    RATES.filter((each) => each !== 0.5),
  ),
  inquire: ({ promise }) => statistics.gaussian(promise),
};

const pairing = (
  name: string,
  statement: string,
  which: Exclude<NoisePairing, "calls">,
): DropoutProperty => ({
  ...statistical,
  name: `dropout/${name}`,
  statement,
  source: "independence of random streams",
  about: NOISY,
  draw: drawMany(which === "first seeds" ? 2800 : 12_000, [0.5]),
  inquire: ({ promise }) => independence(promise, which),
});

export const seeds = pairing("seeds", "Two seeds draw independently of each other.", "seeds");
export const firstSeeds = pairing(
  "first-seeds",
  "The seeds 0 to 9, which people take one after another, draw independently of each other.",
  "first seeds",
);
export const neighbours = pairing(
  "neighbours",
  "What is drawn for one element says nothing about the next.",
  "neighbours",
);

export const everyCall: DropoutProperty = {
  ...statistical,
  name: "dropout/calls",
  statement: "Each call of a layer draws anew; with a seed it may say that it does not.",
  source: "independence of random streams",
  about: NOISY,
  draw: drawMany(12_000, [0.5]),
  inquire: ({ promise }) => calls(promise),
};
