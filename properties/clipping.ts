import type { Stream } from "../src/core/random.js";
import { formatOf, type FloatType } from "../src/core/float.js";
import { sizeOf } from "../src/core/shape.js";
import type { Tensor } from "../src/core/tensor.js";
import { euclideanNorm } from "../src/networks/euclideanNorm.js";
import type { ScenarioRequest, TrialProperty } from "../src/campaign/trialProperty.js";
import { refusesThreshold as judgeThreshold } from "../src/laws/badInput.js";
import * as laws from "../src/laws/clipping.js";
import type { ClipperPromise } from "../src/record/promises.js";
import type { Scenario } from "../src/record/scenario.js";

/** What is promised of clipping gradients. */

type ClippingProperty = TrialProperty<ClipperPromise>;

const pascanu = "Pascanu, Mikolov and Bengio 2013: projection on a ball";
const byNorm = ({ by }: ClipperPromise): boolean => by !== "value";
const every = (): boolean => true;

const SHAPES = [[], [1], [3], [2, 3], [0], [7, 1], [2, 1, 5], [40]] as const;

/** A few tensors, of any scale at which their squares do not leave the format's range. */
function drawTensors(stream: Stream, dtype: FloatType, exponents: readonly [number, number]): Tensor[] {
  const { round } = formatOf(dtype);
  return Array.from({ length: stream.int(1, 3) }, () => {
    const scale = 2 ** stream.int(...exponents);
    const shape = stream.pick(SHAPES);
    const zeros = stream.chance(0.1);
    const data = Float64Array.from({ length: sizeOf(shape) }, () =>
      zeros ? 0 : round(stream.normal() * scale),
    );
    return { shape, data };
  });
}

const ORDINARY = [-20, 20] as const;
/** Squares of these over- and underflow in float32. */
const ENDS: Readonly<Record<FloatType, readonly (readonly [number, number])[]>> = {
  f32: [
    [-75, -63],
    [63, 66],
  ],
  f64: [
    [-537, -511],
    [511, 516],
  ],
};

/** Thresholds below, near, exactly at and above the length. */
function drawScenario(
  stream: Stream,
  { target, dtype }: ScenarioRequest<ClipperPromise>,
  exponents: readonly [number, number] = ORDINARY,
): Scenario {
  const tensors = drawTensors(stream, dtype, exponents);
  const length = euclideanNorm(target.promise.by === "globalNorm" ? tensors : [stream.pick(tensors)]);
  const place = stream.pick([0.01, 0.5, 0.999999, 1, 1.000001, 3]);
  const { round, smallestNormal } = formatOf(dtype);
  return {
    target: target.name,
    dtype,
    settings: {
      threshold: Math.max(smallestNormal, round(length * place) || 1),
      other: stream.pick([-1, 0.5, 1.001, 2]),
    },
    tensors,
    seed: stream.bits(),
    tags: [
      `threshold:${place < 1 ? "below the length" : place === 1 ? "at the length" : "above the length"}`,
    ],
  };
}

/** One tensor, one element, a rounder number: whatever is left of a wrong scenario is what it needs. */
function* simpler(scenario: Scenario): Iterable<Scenario> {
  const { tensors } = scenario;
  const bold = { shape: [1], data: Float64Array.of(1) };
  if (tensors.length > 1 || tensors.some(({ data }) => data.length > 1)) {
    yield { ...scenario, tensors: [bold], settings: { ...scenario.settings, threshold: 0.5 } };
  }
  for (let k = 0; tensors.length > 1 && k < tensors.length; k++) {
    yield { ...scenario, tensors: tensors.filter((_, other) => other !== k) };
  }
  for (const [k, x] of tensors.entries()) {
    const put = (y: Tensor): Scenario => ({ ...scenario, tensors: tensors.with(k, y) });
    if (x.data.length > 1) {
      yield put({ shape: [1], data: Float64Array.of(largest(x)) });
      yield put({ shape: [x.data.length >> 1], data: x.data.slice(0, x.data.length >> 1) });
    } else if (x.data.length === 1 && ![0, 1, -1].includes(x.data[0])) {
      yield put({ shape: [1], data: Float64Array.of(Math.sign(x.data[0])) });
    }
  }
  if (scenario.settings.threshold !== 0.5)
    yield { ...scenario, settings: { ...scenario.settings, threshold: 0.5 } };
}

const largest = ({ data }: Tensor): number => data.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));

const common = {
  evidence: "sampled",
  of: "clippers",
  source: pascanu,
  draw: (stream: Stream, request: ScenarioRequest<ClipperPromise>) => drawScenario(stream, request),
  simpler,
} as const;

export const ceiling: ClippingProperty = {
  ...common,
  name: "clipping/ceiling",
  statement: "What is clipped is no longer than the threshold, but for rounding.",
  about: every,
  inquire: ({ promise }) => laws.holds(laws.ceiling)(promise),
};

export const neverEnlarges: ClippingProperty = {
  ...common,
  name: "clipping/never-enlarges",
  statement: "No element of a gradient grows or changes its sign.",
  about: every,
  inquire: ({ promise }) => laws.holds(laws.neverEnlarges)(promise),
};

export const direction: ClippingProperty = {
  ...common,
  name: "clipping/direction",
  statement:
    "Clipped by norm, a gradient keeps its direction: everything is multiplied by the one promised factor.",
  about: byNorm,
  inquire: ({ promise }) => laws.holds(laws.direction)(promise),
};

export const elementByElement: ClippingProperty = {
  ...common,
  name: "clipping/element-by-element",
  statement:
    "Clipped by value, elements inside stay to the bit, and the others become the threshold with their sign.",
  about: ({ by }) => by === "value",
  inquire: ({ promise }) => laws.holds(laws.elementByElement)(promise),
};

export const idempotent: ClippingProperty = {
  ...common,
  name: "clipping/idempotent",
  presupposes: ["clipping/ceiling", "clipping/direction", "clipping/element-by-element"],
  statement: "Clipping what was clipped changes nothing, but for rounding.",
  about: every,
  inquire: ({ promise }) => laws.idempotent(promise),
};

export const nonExpansive: ClippingProperty = {
  ...common,
  name: "clipping/non-expansive",
  presupposes: ["clipping/ceiling", "clipping/direction", "clipping/element-by-element"],
  statement: "Two gradients come out no further apart than they went in.",
  about: every,
  inquire: ({ promise }) => laws.nonExpansive(promise),
};

export const zeros: ClippingProperty = {
  ...common,
  name: "clipping/zeros",
  statement: "A gradient of zeros stays zeros.",
  about: every,
  inquire: ({ promise }) => laws.holds(laws.zerosStay)(promise),
  draw: (stream, request) => {
    const scenario = drawScenario(stream, request);
    return {
      ...scenario,
      tensors: scenario.tensors.map(({ shape, data }) => ({ shape, data: data.map(() => 0) })),
    };
  },
};

export const overflowSafe: ClippingProperty = {
  ...common,
  name: "clipping/extreme-lengths",
  statement:
    "Lengths whose squares over- or underflow are clipped as any other, where scaled norms are promised.",
  about: (promise) => byNorm(promise) && promise.scaled === true,
  inquire: ({ promise }) => laws.holds(laws.direction)(promise),
  draw: (stream, request) => drawScenario(stream, request, stream.pick(ENDS[request.dtype])),
};

export const nonFinite: ClippingProperty = {
  ...common,
  name: "clipping/non-finite",
  statement: "NaN and ±∞ in a gradient are treated as promised, and NaN is never made a number in silence.",
  about: every,
  inquire: ({ promise }) => laws.nonFinite(promise),
  draw: (stream, request) => {
    const scenario = drawScenario(stream, request);
    const [first, ...rest] = [{ shape: [3], data: Float64Array.of(1, -2, 0.5) }, ...scenario.tensors];
    const bad = stream.pick([NaN, NaN, Infinity, -Infinity]);
    return { ...scenario, tensors: [{ ...first, data: first.data.with(stream.int(0, 2), bad) }, ...rest] };
  },
};

export const refusesThreshold: ClippingProperty = {
  ...common,
  name: "clipping/refuses-threshold",
  shared: true,
  statement: "A threshold that is zero, negative or NaN is refused.",
  about: every,
  inquire: ({ promise }) => judgeThreshold(promise),
  *simpler(scenario) {
    // Another threshold might be one.
    for (const simple of simpler(scenario)) yield { ...simple, settings: scenario.settings };
  },
  draw: (stream, request) => ({
    ...drawScenario(stream, request),
    settings: { threshold: stream.pick([0, -1, -0.5, "NaN"]), other: 1 },
  }),
};
