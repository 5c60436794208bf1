import { formatOf } from "../core/float.js";
import { sizeOf } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { mapTensor } from "../core/tensor.js";
import type { LayerConfig } from "../networks/layerNetwork.js";
import { givenConfig } from "../networks/promisedLayer.js";
import type { LayerPromise } from "../record/promises.js";
import type { Fact } from "../record/record.js";
import type { Scenario } from "../record/scenario.js";
import { valueAgreement } from "./agreement.js";
import type { Inquiry, Verdicted } from "./inquiry.js";
import { agrees, judgeGradient, layerCase, layerFacts } from "./layers.js";
import { failure, PASS, type LawJudgement } from "./law.js";
import { askNoise, askSeeded, noiseSeed } from "./noiseQuestions.js";

/** What layers that are random in training promise of each answer, whatever they draw. */

const told = (
  judgement: LawJudgement,
  scenario: Scenario,
  does: string,
  config: LayerConfig = givenConfig(scenario),
): Verdicted => ({
  ...judgement,
  does: agrees(judgement) ? does : judgement.reason,
  facts: layerFacts(scenario, config),
});

/** Where two tensors differ; −1 where they do not. */
const difference = (a: Tensor, b: Tensor): number =>
  a.data.findIndex((x, i) => x !== b.data[i] && !(Number.isNaN(x) && Number.isNaN(b.data[i])));

function differs(what: string, wanted: Tensor, got: Tensor): LawJudgement | undefined {
  const element = difference(wanted, got);
  if (element < 0) return undefined;
  const reason = `${what} ${wanted.data[element]} becomes ${got.data[element]}`;
  return failure("value", "value[0]", reason, { element, got: got.data[element] });
}

/** Outside of training it returns what it is given, and the gradient is the cotangent, to the bit; by default, too. */
export const inference: Inquiry = function* (scenario) {
  const [x, cotangent] = scenario.tensors;
  const config = givenConfig(scenario);
  for (const given of [{ ...config, training: false }, config]) {
    const where = "training" in given ? "outside of training" : "by default";
    // The value by itself first: of another shape there would be no gradient.
    const value = yield* askNoise(scenario, { x, config: given });
    if (!value.ok) return value.verdicted;
    const answer = yield* askNoise(scenario, { x, config: given, cotangent });
    if (!answer.ok) return answer.verdicted;
    const wrong =
      differs(`${where} the value`, x, value.values[0]) ??
      differs(`${where} the cotangent`, cotangent, answer.gradient!);
    if (wrong) return told(wrong, scenario, "", given);
  }
  return told(PASS, scenario, "returns what it is given outside of training");
};

/** Flags of what is kept: of dropout what is not 0, of alpha dropout that whose gradient is not. */
const keptBy = ({ kind }: LayerPromise, y: Tensor, gradient: Tensor): Tensor =>
  mapTensor(kind === "alphaDropout" ? gradient : y, (v) => Number(v !== 0));

/** The kind whose mask has the shape of x. */
const withFullMask = ({ kind }: LayerPromise): string => (kind === "alphaDropout" ? kind : "dropout");

/** At a rate of 0.1 a single element is dropped in one of so many questions, but for 3 in 100,000 times. */
const MOST_QUESTIONS = 100;

/**
 * Given what is kept, values and gradients are those of the program; of a rate of 0 everything is kept. Asked until
 * something was dropped and something kept, so that few numbers tell as much as many.
 */
export const kept = (promise: LayerPromise): Inquiry =>
  function* (scenario, { precision }) {
    const [x, cotangent] = scenario.tensors;
    const { rate, ...settings } = givenConfig(scenario);
    const seen = new Set<number>();
    for (let k = 0; k < MOST_QUESTIONS && seen.size < (rate === 0 ? 1 : 2); k++) {
      const config = { rate, ...settings, training: true };
      const answer = yield* askSeeded(scenario, { x, config, cotangent }, noiseSeed(scenario, k));
      if (!answer.ok) return answer.verdicted;
      const mask = keptBy(promise, answer.values[0], answer.gradient!);
      const dropped = mask.data.indexOf(0);
      if (rate === 0 && dropped >= 0) {
        return told(failure("value", "value[0]", "a rate of 0 drops", { element: dropped }), scenario, "");
      }
      const drawn = { ...scenario, tensors: [x, mask, cotangent] };
      const meant = layerCase(withFullMask(promise), { rate }, drawn);
      const value = valueAgreement.judge(meant.c, [answer.outcome], precision);
      const judgement = agrees(value) ? judgeGradient(meant, answer.outcome, precision) : value;
      if (judgement.verdict !== "pass") return told(judgement, scenario, DOES);
      mask.data.forEach((flag) => seen.add(flag));
    }
    return told(PASS, scenario, DOES);
  };

const DOES = "keeps and drops as promised, and the gradient with the value";

/**
 * The gradient of noise is the cotangent where it is added, and times the same noise where it is multiplied. At a rate
 * or deviation of 0 there is none.
 */
export const noiseGradient = ({ kind }: LayerPromise): Inquiry =>
  function* (scenario) {
    const [x, cotangent] = scenario.tensors;
    const config: LayerConfig = { ...givenConfig(scenario), training: true };
    const answer = yield* askSeeded(scenario, { x, config, cotangent }, noiseSeed(scenario, 0));
    if (!answer.ok) return answer.verdicted;
    const [y] = answer.values;
    const still = (config.stddev ?? config.rate) === 0 ? differs("without noise", x, y) : undefined;
    if (still) return told(still, scenario, "");
    const { u, eta } = formatOf(scenario.dtype);
    // One rounding in the value, one in the gradient, and ours: noise is what the value shows of it.
    const element = answer.gradient!.data.findIndex((g, i) => {
      const dy = cotangent.data[i];
      if (kind === "gaussianNoise") return g !== dy;
      const expected = (dy * y.data[i]) / x.data[i];
      return !(Math.abs(g - expected) <= 4 * u * Math.abs(expected) + eta);
    });
    if (element < 0) return told(PASS, scenario, "differentiates with the noise of the value");
    const got = answer.gradient!.data[element];
    const reason = `${x.data[element]} becomes ${y.data[element]}, and the cotangent ${cotangent.data[element]} becomes ${got}`;
    return told(failure("value", "gradient[0]", reason, { element, got }), scenario, "");
  };

/** A rate of 1 drops everything, or is refused. */
export const rateOne: Inquiry = function* (scenario) {
  const [x] = scenario.tensors;
  const config = { rate: 1, training: true };
  const answer = yield* askSeeded(scenario, { x, config }, noiseSeed(scenario, 0));
  if (!answer.ok) {
    return answer.outcome.status === "error"
      ? told(PASS, scenario, "refuses a rate of 1", config)
      : answer.verdicted;
  }
  const { data } = answer.values[0];
  const left = data.filter((y) => y !== 0).length;
  if (left === 0) return told(PASS, scenario, "drops everything at a rate of 1", config);
  const reason = `at a rate of 1 it drops ${data.length - left} of ${data.length}`;
  const element = data.findIndex((y) => y !== 0);
  return told(failure("value", "value[0]", reason, { element, got: data[element] }), scenario, "", config);
};

/** Whether flags are the same along the axes. */
function isConstantAlong({ shape, data }: Tensor, axes: readonly number[]): boolean {
  const first = new Map<number, number>();
  return data.every((flag, i) => {
    let place = 0;
    let rest = i;
    for (let axis = shape.length - 1, step = 1; axis >= 0; axis--) {
      if (!axes.includes(axis)) place += (rest % shape[axis]) * step;
      rest = Math.floor(rest / shape[axis]);
      step *= shape[axis];
    }
    const before = first.get(place) ?? flag;
    first.set(place, before);
    return before === flag;
  });
}

/** Axes along which a mask of the noise's shape is the same. */
const sharedAxes = (shape: readonly number[]): number[] =>
  shape.flatMap((length, axis) => (length === 1 ? [axis] : []));

/** A mask with axes of length 1 drops or keeps everything along them together. */
export const noiseShape = (promise: LayerPromise): Inquiry =>
  function* (scenario) {
    const [x, cotangent] = scenario.tensors;
    const config = { ...givenConfig(scenario), training: true };
    const answer = yield* askSeeded(scenario, { x, config, cotangent }, noiseSeed(scenario, 0));
    if (!answer.ok) return answer.verdicted;
    const mask = keptBy(promise, answer.values[0], answer.gradient!);
    const shape = givenConfig(scenario).noiseShape as number[];
    if (isConstantAlong(mask, sharedAxes(shape))) {
      return told(PASS, scenario, "drops together what has one flag");
    }
    const reason = `with a mask of shape [${shape.join(", ")}] it drops some elements along an axis of length 1, and keeps others`;
    return told(failure("value", "value[0]", reason), scenario, "");
  };

/** What is dropped as a whole, in the words of a promise, and the axes along which that is. */
const MAPS = { channels: [1], steps: [2] } as const;

/** Of a sequence whole maps are dropped: channels at all steps. Where steps are promised it is told that they are not. */
export const wholeMaps = (promise: LayerPromise): Inquiry =>
  function* (scenario) {
    const [x, cotangent] = scenario.tensors;
    const config = { ...givenConfig(scenario), training: true };
    const answer = yield* askSeeded(scenario, { x, config, cotangent }, noiseSeed(scenario, 0));
    if (!answer.ok) return answer.verdicted;
    const mask = keptBy(promise, answer.values[0], answer.gradient!);
    const { maps = "channels" } = promise.config as { readonly maps?: keyof typeof MAPS };
    if (isConstantAlong(mask, MAPS[maps])) return told(PASS, scenario, `drops whole ${maps}`);
    const other = maps === "channels" ? "steps" : "channels";
    if (!isConstantAlong(mask, MAPS[other])) {
      const reason = "it drops some elements of a feature map, and keeps others";
      return told(failure("value", "value[0]", reason), scenario, "");
    }
    // Both are published: one by the paper (channels), the other in what libraries say of it.
    const does = `drops whole ${other}, where the documentation's example speaks of ${maps}`;
    const facts: Fact[] = layerFacts(scenario, config);
    return { verdict: "convention", reason: does, does, facts };
  };

/** The same seed gives the same, to the bit, and layers that take none say so. */
export const reproducible: Inquiry = function* (scenario) {
  const [x] = scenario.tensors;
  const config = { ...givenConfig(scenario), training: true };
  for (const seed of [0, 1, noiseSeed(scenario, 0)]) {
    const question = { x, config: { ...config, seed } };
    const once = yield* askNoise(scenario, question);
    if (!once.ok) return once.verdicted;
    const again = yield* askNoise(scenario, question);
    if (!again.ok) return again.verdicted;
    const wrong = differs(`the seed ${seed} given twice, the value`, once.values[0], again.values[0]);
    if (wrong) return told({ ...wrong, kind: "bits" }, scenario, "", { ...config, seed });
  }
  return told(PASS, scenario, `draws the same ${sizeOf(x.shape)} numbers for the same seed`);
};
