import type { FloatType } from "../core/float.js";
import { hash } from "../core/random.js";
import type { Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { promisedLaw, type WeightLaw as PromisedLaw } from "../networks/promisedLaw.js";
import type { InitializerPromise } from "../record/promises.js";
import type { Outcome, Question } from "../record/protocol.js";
import type { Scenario } from "../record/scenario.js";
import { normalLaw, truncatedNormalLaw, uniformLaw, type WeightLaw } from "../statistics/weightLaw.js";
import { readObjectTensors, unanswered, type Verdicted } from "./inquiry.js";

/** Weights of a subject's initialisers, asked for piece by piece, and the law that they are held to. */

export type Weights =
  | { readonly ok: true; readonly weights: readonly Tensor[] }
  | { readonly ok: false; readonly verdicted: Verdicted };

export type AskWeights = Generator<Question, Weights, Outcome>;

export interface WeightsQuestion {
  readonly shape: Shape;
  readonly seed: number;
  /** Tensors from one object. Default 1. */
  readonly count?: number;
}

export function* askWeights(
  { target, dtype }: { readonly target: string; readonly dtype: FloatType },
  { shape, seed, count = 1 }: WeightsQuestion,
): AskWeights {
  const outcome = yield {
    cmd: "initialize",
    initializer: target.slice(target.indexOf(":") + 1),
    shape: [...shape],
    dtype,
    seed,
    count,
  };
  const answer = readObjectTensors(
    outcome,
    dtype,
    Array.from({ length: count }, () => shape),
  );
  return answer.ok
    ? { ok: true, weights: answer.tensors }
    : { ok: false, verdicted: unanswered(answer.judgement) };
}

/** Seeds for one question after another: far from each other, whatever a library makes of them. Positive: all take them. */
export const seedOf = ({ seed }: Scenario, k: number): number => hash(`weights\0${seed}\0${k}`) >>> 1;

export const shapeOf = ({ settings }: Scenario): number[] => settings.shape as number[];

/** A law that the promise may mean, in numbers for this shape, and as statistics know it. */
export interface Reading {
  /** Whether the promised deviation is that of what comes out; false is the other reading of a truncated normal law. */
  readonly corrected: boolean;
  readonly promised: PromisedLaw;
  /** With mean 0 and deviation 1. */
  readonly law: WeightLaw;
}

const LAWS: Readonly<Record<string, () => WeightLaw>> = {
  normal: () => normalLaw,
  uniform: () => uniformLaw,
  truncatedNormal: () => truncatedNormalLaw(),
};

/**
 * The laws that the promise may mean, the one that its words say first: two, where it does not say whether a normal law is
 * cut off before or after its deviation is what is promised; none for constants and for matrices that are promised as a whole.
 */
export function readingsOf(promise: InitializerPromise, shape: Shape): Reading[] {
  const choices = promise.corrected === "unsaid" ? [true, false] : [promise.corrected === true];
  return choices.flatMap((corrected) => {
    const promised = promisedLaw(promise, shape, { corrected });
    const law = promised && LAWS[promised.kind]?.();
    return promised && law ? [{ corrected, promised, law }] : [];
  });
}

/** What is said of an object that keeps the second reading of an ambiguous promise. */
export const UNCORRECTED =
  "cuts the normal law off at two deviations without making up for it: the deviation of the weights is 0.8796 of the stated one";
