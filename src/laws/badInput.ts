import { ProgramBuilder } from "../program/builder.js";
import { filled, type Tensor } from "../core/tensor.js";
import type { ClipperPromise } from "../record/promises.js";
import type { Fact } from "../record/record.js";
import type { Scenario } from "../record/scenario.js";
import { encodeTensor } from "../record/tensor.js";
import { askClip, thresholdOf } from "./clipping.js";
import { digits } from "./initialization.js";
import { readObjectTensors, unanswered, type Inquiry, type Verdicted } from "./inquiry.js";
import { layerOf } from "./layers.js";
import { failure, PASS } from "./law.js";
import { askWeights, seedOf, shapeOf } from "./weightSamples.js";

/** What objects do with what makes no sense: an error is right, and a NaN without a word never is. */

const refuses = (what: string): Verdicted => ({ ...PASS, does: `refuses ${what}`, facts: [] });

const accepted = (reason: string, facts: readonly Fact[] = []): Verdicted => ({
  verdict: "accepted-invalid",
  kind: "accepts invalid",
  where: "value",
  reason,
  does: reason,
  facts,
});

const isNotFinite = ({ data }: Tensor): boolean => data.some((x) => !Number.isFinite(x));

const silent = (reason: string): Verdicted => ({
  ...failure("nan", "value[0]", reason),
  does: reason,
  facts: [],
});

/**
 * A threshold that is none is refused. Where nothing is said of thresholds, one of 0 may make zeros of everything, which
 * is no longer than that.
 */
export const refusesThreshold = (promise: ClipperPromise): Inquiry =>
  function* (scenario) {
    const threshold = thresholdOf(scenario);
    const clipped = yield* askClip(scenario, scenario.tensors, threshold);
    const refused = !clipped.ok && clipped.verdicted.verdict === "error";
    if (refused) return refuses("a threshold that is none");
    if (!clipped.ok) return clipped.verdicted;
    const every = (wanted: (x: number) => boolean): boolean =>
      clipped.got.every(({ data }) => data.every(wanted));
    const does = `a threshold of ${threshold} is accepted`;
    if (!every(Number.isFinite)) {
      return silent(`${does}, and gives NaN or ±∞`);
    }
    if (promise.thresholds !== "positive" && threshold === 0 && every((x) => x === 0)) {
      const zeros = "takes a threshold of 0, and makes zeros of everything";
      return { verdict: "convention", reason: zeros, does: zeros, facts: [] };
    }
    return accepted(does);
  };

/** Weights of less than two axes have no fans: what a library makes up instead is a choice, if they are numbers. */
export const refusesFans: Inquiry = function* (scenario) {
  const shape = shapeOf(scenario);
  const answer = yield* askWeights(scenario, { shape, seed: seedOf(scenario, 0) });
  const what = `weights of shape [${shape.join(", ")}]`;
  if (!answer.ok) {
    return answer.verdicted.verdict === "error" ? refuses(`${what}, which have no fans`) : answer.verdicted;
  }
  const [weights] = answer.weights;
  if (isNotFinite(weights)) return silent(`${what} hold ${weights.data.find((w) => !Number.isFinite(w))}`);
  const rms = Math.sqrt(weights.data.reduce((sum, w) => sum + w * w, 0) / weights.data.length);
  const does = `makes up fans for ${what}: their root mean square is ${digits(rms)}`;
  return { verdict: "convention", reason: does, does, facts: [] };
};

/** Statistics of a batch norm in training, of a batch without elements: none, so that they stay what they are. */
function emptyBatch({ settings, dtype }: Scenario) {
  const channels = Number(settings.channels);
  const b = new ProgramBuilder();
  const x = b.input([0, channels]);
  const [, , mean, variance] = [1, 0, 0.5, 2].map(() => b.input([channels]));
  const { inputs, nodes, outputs } = b.build(x, mean, variance);
  const tensors = [filled([0, channels], 0), ...[1, 0, 0.5, 2].map((value) => filled([channels], value))];
  return {
    old: tensors.slice(3),
    question: {
      program: { inputs, nodes, outputs },
      mode: "value" as const,
      inputs: tensors.map((tensor) => encodeTensor(tensor, dtype)),
      wrt: [],
      seeds: [],
      want: ["value" as const],
    },
  };
}

/** A batch without elements is refused, or leaves what is remembered of batches as it is. */
export const refusesEmptyBatch: Inquiry = function* (scenario) {
  const { old, question } = emptyBatch(scenario);
  const outcome = yield { cmd: "eval", ...question, layer: layerOf(scenario, { training: true }) };
  if (outcome.status === "error") return refuses("a batch without elements");
  const shapes = question.program.outputs.map((value) => question.program.inputs[value].shape);
  const answer = readObjectTensors(outcome, scenario.dtype, shapes);
  if (!answer.ok) return unanswered(answer.judgement);
  const [, ...now] = answer.tensors;
  const facts = ["mean", "variance"].map((name, k) => ({
    name: `moving ${name}`,
    value: `${old[k].data[0]} becomes ${now[k].data[0]}`,
  }));
  if (now.some(isNotFinite))
    return silent("a batch without elements leaves NaN in what is remembered of batches");
  const changed = now.some(({ data }, k) => data.some((x, i) => x !== old[k].data[i]));
  if (changed) return accepted("a batch without elements changes what is remembered of batches", facts);
  return { ...PASS, does: "learns nothing from a batch without elements", facts };
};
