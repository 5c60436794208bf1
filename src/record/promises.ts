import { z } from "zod";

/**
 * What a library's documentation promises of its initialisers, clippers, optimisers and layers: what they are held to.
 * Data, so that it travels with `hello` and stands in the record beside what was measured.
 */

/** The documentation's own sentence, and where it stands. */
export const stated = z.object({ says: z.string(), source: z.string() });
export type Stated = z.infer<typeof stated>;

export const fanMode = z.enum(["fanIn", "fanOut", "fanAvg"]);
export type FanMode = z.infer<typeof fanMode>;

const range = z.tuple([z.number(), z.number()]);

/** The law of one weight, whatever its neighbours are; `orthogonal` and `identity` speak of the matrix. */
export const initializerPromise = stated.extend({
  law: z.enum([
    "zeros",
    "ones",
    "constant",
    "uniform",
    "normal",
    "truncatedNormal",
    "orthogonal",
    "identity",
  ]),
  /** Variance = scale ÷ fan. */
  variance: z.object({ scale: z.number().positive(), mode: fanMode }).optional(),
  /** Standard deviation, where it does not depend on the shape. */
  deviation: z.number().positive().optional(),
  mean: z.number().optional(),
  /** Of a uniform law that does not depend on the shape. */
  limits: range.optional(),
  /** What every entry of a constant one is. */
  value: z.number().optional(),
  /** What a matrix is multiplied by: `orthogonal`, `identity`. */
  gain: z.number().optional(),
  /**
   * Of a normal law cut off at two deviations: whether the promised deviation is that of what comes out. `unsaid`
   * where the text can be read either way.
   */
  corrected: z.union([z.boolean(), z.literal("unsaid")]).optional(),
  /** Ranks of the weights that it makes. */
  ranks: z.array(z.number().int().nonnegative()),
});
export type InitializerPromise = z.infer<typeof initializerPromise>;

export const clipperPromise = stated.extend({
  /** `value`: each entry; `norm`: each tensor; `globalNorm`: all of them as one vector. */
  by: z.enum(["value", "norm", "globalNorm"]),
  /** Added to the norm before dividing by it, which makes results strictly shorter. */
  epsilon: z.number().nonnegative().optional(),
  nonFinite: z.enum(["propagates", "refuses", "zeroes", "unsaid"]).optional(),
  /** Which thresholds there are. Default "unsaid". */
  thresholds: z.enum(["positive", "unsaid"]).optional(),
  /** Whether norms are promised not to overflow before their elements do. */
  scaled: z.boolean().optional(),
});
export type ClipperPromise = z.infer<typeof clipperPromise>;

/** Numbers by name: `learningRate`, `beta1`, `epsilon`, … */
export const hyper = z.record(z.string(), z.number());
export type Hyper = z.infer<typeof hyper>;

export const optimizerPromise = stated.extend({
  /** What `networks/optimizers` calls it: sgd, momentum, nesterov, adagrad, rmsprop, adam, … */
  algorithm: z.string(),
  /** Placements of epsilon, bias correction and rate that the text states; of the others any that is published will do. */
  choices: z.record(z.string(), z.string()),
  /** Every hyper-parameter that can be given, and its default. */
  hyper,
  /** Those that have to be given, as they have no default: they are not in `hyper`. */
  required: z.array(z.string()).optional(),
});
export type OptimizerPromise = z.infer<typeof optimizerPromise>;

export const layerPromise = stated.extend({
  /** What `networks/` calls it: which program the layer is held against. */
  kind: z.string(),
  /** Settings that the layer has by default, in the words of `networks/`, as far as they matter to what it computes. */
  config: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /**
   * Of a batch norm: what it keeps of the batches that it was trained with, for inference. Its default momentum, the
   * share of what was kept before; and whether the variance of a batch is divided by n or by n − 1, where the text says
   * so.
   */
  moving: z.object({ momentum: z.number(), variance: z.enum(["biased", "unbiased"]).optional() }).optional(),
});
export type LayerPromise = z.infer<typeof layerPromise>;

/** By the name that the subject gives to each object. */
export const promises = z.object({
  initializers: z.record(z.string(), initializerPromise).optional(),
  clippers: z.record(z.string(), clipperPromise).optional(),
  optimizers: z.record(z.string(), optimizerPromise).optional(),
  layers: z.record(z.string(), layerPromise).optional(),
});
export type Promises = z.infer<typeof promises>;
