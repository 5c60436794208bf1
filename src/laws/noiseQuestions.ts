import { hash } from "../core/random.js";
import { filled, type Tensor } from "../core/tensor.js";
import type { LayerConfig } from "../networks/layerNetwork.js";
import { ProgramBuilder } from "../program/builder.js";
import type { EvalQuestion, Outcome, Question } from "../record/protocol.js";
import type { Scenario } from "../record/scenario.js";
import { encodeTensor } from "../record/tensor.js";
import { readObjectTensors, unanswered, type Verdicted } from "./inquiry.js";
import { layerOf } from "./layers.js";

/** Questions to layers that are random in training. */

export interface NoiseQuestion {
  readonly x: Tensor;
  readonly config: LayerConfig;
  /** How often the layer is applied to x. Default 1. */
  readonly calls?: number;
  /** When the gradient by x is asked for, too: of one call. */
  readonly cotangent?: Tensor;
}

export type NoiseAnswer =
  | {
      readonly ok: true;
      /** Of each call. */
      readonly values: readonly Tensor[];
      readonly gradient: Tensor | undefined;
      readonly outcome: Outcome;
    }
  | { readonly ok: false; readonly outcome: Outcome; readonly verdicted: Verdicted };

/** A program that returns its input, once for each call. */
function identity(x: Tensor, calls: number): EvalQuestion["program"] {
  const b = new ProgramBuilder();
  const input = b.input(x.shape);
  const { inputs, nodes, outputs } = b.build(...Array.from({ length: calls }, () => input));
  return { inputs, nodes, outputs };
}

/** What the layer makes of x, and of the cotangent. */
export function* askNoise(
  scenario: Scenario,
  { x, config, calls = 1, cotangent }: NoiseQuestion,
): Generator<Question, NoiseAnswer, Outcome> {
  const { dtype } = scenario;
  const outcome = yield {
    cmd: "eval",
    program: identity(x, calls),
    mode: cotangent ? "vjp" : "value",
    inputs: [encodeTensor(x, dtype)],
    wrt: cotangent ? [0] : [],
    seeds: cotangent ? [encodeTensor(cotangent, dtype)] : [],
    want: cotangent ? ["value", "grads"] : ["value"],
    layer: layerOf(scenario, config),
  };
  const shapes = Array.from({ length: calls }, () => x.shape);
  const values = readObjectTensors(outcome, dtype, shapes);
  if (!values.ok) return { ok: false, outcome, verdicted: unanswered(values.judgement) };
  if (!cotangent || outcome.status !== "ok") {
    return { ok: true, values: values.tensors, gradient: undefined, outcome };
  }
  // Read as values are: the gradient has the shape of x.
  const grads = outcome.grads?.flatMap((g) => g ?? []);
  const gradient = readObjectTensors({ ...outcome, value: grads }, dtype, [x.shape]);
  if (!gradient.ok) return { ok: false, outcome, verdicted: unanswered(gradient.judgement) };
  return { ok: true, values: values.tensors, gradient: gradient.tensors[0], outcome };
}

/**
 * The same with a seed, or where the layer takes none, without: it draws something else each time then, and no answer
 * can be asked for again.
 */
export function* askSeeded(
  scenario: Scenario,
  question: NoiseQuestion,
  seed: number,
): Generator<Question, NoiseAnswer, Outcome> {
  const answer = yield* askNoise(scenario, { ...question, config: { ...question.config, seed } });
  return answer.outcome.status === "unsupported" ? yield* askNoise(scenario, question) : answer;
}

/** Seeds for one question after another. Positive: all libraries take them. */
export const noiseSeed = ({ seed }: Scenario, k: number): number => hash(`noise\0${seed}\0${k}`) >>> 1;

export const ones = (shape: readonly number[]): Tensor => filled(shape, 1);
