import { GradproofError } from "../core/errors.js";
import { drawWeights } from "./drawWeights.js";
import type { FanMode, InitializerPromise } from "../record/promises.js";
import type { Initializer } from "./initializer.js";

const ANY_RANK = [0, 1, 2, 3, 4, 5];
const KERNELS = [2, 3, 4, 5];

/** The initialiser that does what it promises. */
export const initializerOf = (name: string, promise: InitializerPromise): Initializer => ({
  name,
  promise,
  draw: (shape, stream, options) => drawWeights(promise, shape, stream, options),
});

export interface VarianceScaling {
  readonly law: "uniform" | "normal" | "truncatedNormal";
  /** The variance is scale / fan. */
  readonly scale: number;
  readonly mode: FanMode;
  /** Of a truncated normal law. Default true. */
  readonly corrected?: boolean;
  readonly source?: string;
}

const FAN_WORDS: Readonly<Record<FanMode, string>> = {
  fanIn: "fan in",
  fanOut: "fan out",
  fanAvg: "the mean of the fans",
};

/**
 * Weights of mean 0 whose variance is scale / fan. LeCun's, Xavier's and He's are of this kind.
 *
 * @throws GradproofError `bad-initializer` unless the scale is positive
 */
export function varianceScaling(options: VarianceScaling): InitializerPromise {
  const { law, scale, mode, corrected = true, source = "Keras VarianceScaling" } = options;
  if (!(scale > 0 && scale < Infinity)) {
    throw new GradproofError("bad-initializer", `scale ${scale}: must be a positive number`);
  }
  const truncated = law === "truncatedNormal";
  const which = !truncated ? "" : corrected ? ", after the cut" : ", before the cut";
  return {
    law,
    variance: { scale, mode },
    ...(truncated && { corrected }),
    ranks: KERNELS,
    says: `a ${truncated ? "truncated normal" : law} law of mean 0 and variance ${scale} / ${FAN_WORDS[mode]}${which}`,
    source,
  };
}

/** The promise with its standard deviation multiplied by a gain. */
export function withGain(promise: InitializerPromise, gain: number): InitializerPromise {
  if (!(gain > 0 && gain < Infinity)) {
    throw new GradproofError("bad-initializer", `gain ${gain}: must be a positive number`);
  }
  const says = `${promise.says}, times a gain of ${gain}`;
  if (promise.variance) {
    return { ...promise, says, variance: { ...promise.variance, scale: promise.variance.scale * gain ** 2 } };
  }
  if (promise.law === "orthogonal" || promise.law === "identity") {
    return { ...promise, says, gain: (promise.gain ?? 1) * gain };
  }
  throw new GradproofError("bad-initializer", `a gain of a ${promise.law} law: only laws of fans have gains`);
}

const glorot = "Glorot and Bengio 2010, eqs. 12 and 16";
const he = "He et al. 2015, eq. 10";
const leCun = "LeCun et al. 1998, Efficient BackProp, eq. 16";

const PROMISES: Readonly<Record<string, InitializerPromise>> = {
  zeros: { law: "zeros", ranks: ANY_RANK, says: "every weight is 0", source: "Keras Zeros" },
  ones: { law: "ones", ranks: ANY_RANK, says: "every weight is 1", source: "Keras Ones" },
  constant: {
    law: "constant",
    value: 0.1,
    ranks: ANY_RANK,
    says: "every weight is 0.1",
    source: "Keras Constant",
  },
  uniform: {
    law: "uniform",
    limits: [-0.05, 0.05],
    ranks: ANY_RANK,
    says: "a uniform law between −0.05 and 0.05",
    source: "Keras RandomUniform",
  },
  normal: {
    law: "normal",
    deviation: 0.05,
    ranks: ANY_RANK,
    says: "a normal law of mean 0 and standard deviation 0.05",
    source: "Keras RandomNormal",
  },
  truncatedNormal: {
    law: "truncatedNormal",
    deviation: 0.05,
    corrected: false,
    ranks: ANY_RANK,
    says: "a normal law of mean 0 and standard deviation 0.05, drawn again beyond two deviations",
    source: "Keras TruncatedNormal",
  },
  correctedTruncatedNormal: {
    law: "truncatedNormal",
    deviation: 0.05,
    corrected: true,
    ranks: ANY_RANK,
    says: "a truncated normal law of mean 0 whose standard deviation is 0.05 after the cut",
    source: "the variance of a truncated normal law",
  },
  ...named("lecun", { scale: 1, mode: "fanIn", source: leCun }),
  ...named("glorot", { scale: 1, mode: "fanAvg", source: glorot }),
  ...named("he", { scale: 2, mode: "fanIn", source: he }),
  orthogonal: {
    law: "orthogonal",
    gain: 1,
    ranks: KERNELS,
    says: "orthonormal columns, or rows where there are fewer rows; every rotation equally likely",
    source: "Saxe, McClelland and Ganguli 2014; Mezzadri 2007",
  },
  identity: {
    law: "identity",
    gain: 1,
    ranks: [2],
    says: "1 on the diagonal, 0 elsewhere",
    source: "Keras Identity",
  },
};

/** The three laws of one variance. */
function named(
  author: string,
  variance: Pick<VarianceScaling, "scale" | "mode" | "source">,
): Record<string, InitializerPromise> {
  return {
    [`${author}Uniform`]: varianceScaling({ law: "uniform", ...variance }),
    [`${author}Normal`]: varianceScaling({ law: "normal", ...variance }),
    [`${author}TruncatedNormal`]: varianceScaling({ law: "truncatedNormal", ...variance }),
  };
}

/** By name. Xavier's initialisers go by his surname, as in most libraries: glorotUniform, glorotNormal. */
export const INITIALIZERS: Readonly<Record<string, Initializer>> = Object.fromEntries(
  Object.entries(PROMISES).map(([name, promise]) => [name, initializerOf(name, promise)]),
);

/** @throws GradproofError `unknown-initializer` */
export function findInitializer(name: string): Initializer {
  if (Object.hasOwn(INITIALIZERS, name)) return INITIALIZERS[name];
  const known = Object.keys(INITIALIZERS).join(", ");
  throw new GradproofError("unknown-initializer", `no initialiser "${name}": it must be one of ${known}`);
}
