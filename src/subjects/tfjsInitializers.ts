import type { FanMode, InitializerPromise } from "../record/promises.js";
import { UnsupportedError, type InitializeRequest, type TypedTensor } from "./adapter.js";
import { documented } from "./tfjsDocumentation.js";
import { Expression, type Argument, type Tf, type TfPath } from "./tfjsExpression.js";
import { readTensor } from "./tfjsTensors.js";

const { call } = Expression;

/** An initialiser of the layers package, with what its documentation promises. */
export interface TfjsInitializer {
  readonly promise: InitializerPromise;
  create(seed: number): Expression;
}

type Name = keyof Tf["initializers"];
type Options = Readonly<Record<string, Argument>>;
type Law = Omit<InitializerPromise, "says" | "source" | "ranks">;

const EVERY_RANK = [0, 1, 2, 3, 4, 5];
/** Those that have a number of input units and of output units. */
const KERNELS = [2, 3, 4, 5];

/** One that takes no seed. */
function fixed(name: Name, options: Options | undefined, law: Law, says: string): TfjsInitializer {
  const ranks = law.law === "identity" ? [2] : EVERY_RANK;
  return {
    promise: { ...law, ranks, ...documented(`initializers.${name}`, says) },
    create: () => call(`initializers.${name}`, options),
  };
}

function random(
  name: Name,
  law: Law,
  says: string,
  options: Options = {},
  ranks: readonly number[] = EVERY_RANK,
): TfjsInitializer {
  const path: TfPath = `initializers.${name}`;
  return {
    promise: { ...law, ranks: [...ranks], ...documented(path, says) },
    create: (seed) => call(path, { ...options, seed }),
  };
}

const uniformOf = (scale: number, mode: FanMode): Law => ({ law: "uniform", variance: { scale, mode } });

/** Nothing says whether "stddev" is that of the normal law or of what is left of it. */
const normalOf = (scale: number, mode: FanMode): Law => ({
  law: "truncatedNormal",
  variance: { scale, mode },
  corrected: "unsaid",
});

const scaled = (name: Name, law: Law, says: string, options?: Options): TfjsInitializer =>
  random(name, law, says, options, KERNELS);

const SCALED_NORMAL =
  "With distribution=NORMAL, samples are drawn from a truncated normal distribution centered on zero, with " +
  "`stddev = sqrt(scale / n)` where n is: number of input units in the weight tensor, if mode = FAN_IN; number of " +
  "output units, if mode = FAN_OUT; average of the numbers of input and output units, if mode = FAN_AVG.";
const SCALED_UNIFORM =
  "With distribution=UNIFORM, samples are drawn from a uniform distribution within [-limit, limit], with " +
  "`limit = sqrt(3 * scale / n)`; n as for NORMAL.";
const BETWEEN = "Values will be distributed uniformly between the configured minval and maxval.";
const NORMAL = "Initializer that generates random values initialized to a normal distribution.";
const CONSTANT = "Initializer that generates values initialized to some constant.";
const IDENTITY = "Initializer that generates the identity matrix. Only use for square 2D matrices.";
const TRUNCATED =
  "These values are similar to values from a `RandomNormal` except that values more than two standard deviations " +
  "from the mean are discarded and re-drawn.";
/** In the sources of the package the defaults have these names; the documentation does not give them. */
const DEFAULTS = { limits: [-0.05, 0.05], deviation: 0.05, mean: 0 } as const;

const within = (limit: string): string =>
  `It draws samples from a uniform distribution within [-limit, limit] where limit is ${limit}.`;
const centred = (deviation: string): string =>
  `It draws samples from a truncated normal distribution centered on 0 with stddev = ${deviation}.`;

/**
 * By name. Those with an ending of their own are the same initialiser with options that are set, zeros above all: an
 * option that is 0 must not be taken for one that is missing.
 */
export const TFJS_INITIALIZERS: Readonly<Record<string, TfjsInitializer>> = {
  zeros: fixed("zeros", undefined, { law: "zeros" }, "Initializer that generates tensors initialized to 0."),
  ones: fixed("ones", undefined, { law: "ones" }, "Initializer that generates tensors initialized to 1."),
  constant: fixed("constant", { value: -0.75 }, { law: "constant", value: -0.75 }, CONSTANT),
  constantZero: fixed("constant", { value: 0 }, { law: "constant", value: 0 }, CONSTANT),
  identity: fixed("identity", {}, { law: "identity", gain: 1 }, IDENTITY),
  identityWithGain: fixed("identity", { gain: -2.5 }, { law: "identity", gain: -2.5 }, IDENTITY),
  identityZeroGain: fixed("identity", { gain: 0 }, { law: "identity", gain: 0 }, IDENTITY),

  randomUniform: random("randomUniform", { law: "uniform", limits: [...DEFAULTS.limits] }, BETWEEN),
  randomUniformFromZero: random("randomUniform", { law: "uniform", limits: [0, 1] }, BETWEEN, {
    minval: 0,
    maxval: 1,
  }),
  randomUniformToZero: random("randomUniform", { law: "uniform", limits: [-1, 0] }, BETWEEN, {
    minval: -1,
    maxval: 0,
  }),
  randomNormal: random(
    "randomNormal",
    { law: "normal", deviation: DEFAULTS.deviation, mean: DEFAULTS.mean },
    NORMAL,
  ),
  randomNormalShifted: random("randomNormal", { law: "normal", deviation: 0.5, mean: 3 }, NORMAL, {
    mean: 3,
    stddev: 0.5,
  }),
  randomNormalZeroDeviation: random(
    "randomNormal",
    { law: "constant", value: 3 },
    `${NORMAL} stddev: Standard deviation of the random values to generate.`,
    { mean: 3, stddev: 0 },
  ),
  truncatedNormal: random(
    "truncatedNormal",
    { law: "truncatedNormal", deviation: DEFAULTS.deviation, mean: DEFAULTS.mean, corrected: "unsaid" },
    TRUNCATED,
  ),
  truncatedNormalShifted: random(
    "truncatedNormal",
    { law: "truncatedNormal", deviation: 0.5, mean: 3, corrected: "unsaid" },
    TRUNCATED,
    { mean: 3, stddev: 0.5 },
  ),

  varianceScaling: scaled("varianceScaling", normalOf(1, "fanIn"), SCALED_NORMAL),
  varianceScalingFanOut: scaled("varianceScaling", normalOf(0.5, "fanOut"), SCALED_NORMAL, {
    scale: 0.5,
    mode: "fanOut",
    distribution: "normal",
  }),
  varianceScalingFanAvg: scaled("varianceScaling", normalOf(3, "fanAvg"), SCALED_NORMAL, {
    scale: 3,
    mode: "fanAvg",
  }),
  varianceScalingUniformFanIn: scaled("varianceScaling", uniformOf(2, "fanIn"), SCALED_UNIFORM, {
    scale: 2,
    distribution: "uniform",
  }),
  varianceScalingUniformFanOut: scaled("varianceScaling", uniformOf(1, "fanOut"), SCALED_UNIFORM, {
    mode: "fanOut",
    distribution: "uniform",
  }),
  varianceScalingUniformFanAvg: scaled("varianceScaling", uniformOf(0.25, "fanAvg"), SCALED_UNIFORM, {
    scale: 0.25,
    mode: "fanAvg",
    distribution: "uniform",
  }),
  glorotUniform: scaled("glorotUniform", uniformOf(1, "fanAvg"), within("`sqrt(6 / (fan_in + fan_out))`")),
  glorotNormal: scaled("glorotNormal", normalOf(1, "fanAvg"), centred("`sqrt(2 / (fan_in + fan_out))`")),
  heUniform: scaled("heUniform", uniformOf(2, "fanIn"), within("`sqrt(6 / fan_in)`")),
  heNormal: scaled("heNormal", normalOf(2, "fanIn"), centred("`sqrt(2 / fanIn)`")),
  leCunUniform: scaled("leCunUniform", uniformOf(1, "fanIn"), within("`sqrt(3 / fanIn)`")),
  leCunNormal: scaled("leCunNormal", normalOf(1, "fanIn"), centred("`sqrt(1 / fanIn)`")),
  orthogonal: random(
    "orthogonal",
    { law: "orthogonal", gain: 1 },
    "Initializer that generates a random orthogonal matrix.",
    {},
    [2, 3, 4],
  ),
  orthogonalWithGain: random(
    "orthogonal",
    { law: "orthogonal", gain: 1.5 },
    "Initializer that generates a random orthogonal matrix. gain: Multiplicative factor to apply to the orthogonal " +
      "matrix. Defaults to 1.",
    { gain: 1.5 },
    [2, 3, 4],
  ),
};

/** @throws UnsupportedError for a name that is not in the table, or doubles */
export function findInitializer({
  initializer,
  dtype,
}: Pick<InitializeRequest, "initializer" | "dtype">): TfjsInitializer {
  if (!Object.hasOwn(TFJS_INITIALIZERS, initializer)) {
    throw new UnsupportedError("object", `TensorFlow.js has no initialiser "${initializer}"`);
  }
  if (dtype !== "f32") throw new UnsupportedError("dtype", "TensorFlow.js stores float32");
  return TFJS_INITIALIZERS[initializer];
}

interface Applicable {
  apply(shape: number[]): Parameters<typeof readTensor>[0];
}

/**
 * One object, asked `count` times. With a seed it makes the same numbers each time: the seed starts every call, not
 * the object.
 */
export function initialize(tf: Tf, request: InitializeRequest): TypedTensor[] {
  const { shape, seed, count } = request;
  const initializer = findInitializer(request).create(seed).evaluate(tf, new Map()) as Applicable;
  return Array.from({ length: count }, () => {
    const made = initializer.apply([...shape]);
    const result = readTensor(made);
    made.dispose();
    return result;
  });
}
