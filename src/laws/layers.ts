import { DOUBLES } from "../core/numberAlgebra.js";
import { filled, type Tensor } from "../core/tensor.js";
import { layerNetwork, type LayerConfig } from "../networks/layerNetwork.js";
import { inputTensors, openInputs } from "../networks/network.js";
import { givenConfig } from "../networks/promisedLayer.js";
import { compute } from "../oracles/quantity.js";
import type { Precision } from "../oracles/tolerance.js";
import { differentiable } from "../program/program.js";
import type { Case } from "../record/case.js";
import type { LayerPromise } from "../record/promises.js";
import type { Outcome, Question } from "../record/protocol.js";
import type { Fact } from "../record/record.js";
import type { Scenario } from "../record/scenario.js";
import { encodeTensor } from "../record/tensor.js";
import { gradientAgreement, valueAgreement } from "./agreement.js";
import type { Inquiry, Verdicted } from "./inquiry.js";
import { askGradient, askValue, pointOf, type LawJudgement } from "./law.js";

/** Layers against the programs that they mean. */

/** A case, and which of its inputs the layer's user has: the others are constants of what it means. */
export interface LayerCase {
  readonly c: Case;
  readonly wrt: readonly number[];
}

export function layerCase(kind: string, config: LayerConfig, scenario: Scenario): LayerCase {
  const { settings, tensors, dtype, tags } = scenario;
  const network = layerNetwork({ kind, config, shape: settings.shape as readonly number[] });
  const open = Object.keys(openInputs(network));
  const given = Object.fromEntries(open.map((name, k) => [name, tensors[k]]));
  const { inputs, nodes, outputs } = network.program;
  const program = { inputs, nodes, outputs };
  const floats = differentiable(program);
  return {
    c: {
      program,
      dtype,
      inputs: inputTensors(network, given),
      cotangents: [tensors[open.length]],
      tangents: floats.map((k) => filled(inputs[k].shape, 0)),
      tags,
    },
    wrt: open.map((name) => network.inputs[name]).filter((k) => floats.includes(k)),
  };
}

export const layerOf = ({ target }: Scenario, config: LayerConfig) => ({
  name: target.slice(target.indexOf(":") + 1),
  config: config as NonNullable<Extract<Question, { cmd: "eval" }>["layer"]>["config"],
});

export function layerFacts(scenario: Scenario, config: LayerConfig): Fact[] {
  const shown = Object.entries(config).map(([name, value]) => ({ name, value: String(value) }));
  return [{ name: "shape", value: String(scenario.settings.shape) }, ...shown];
}

/** The right formula, be it in textbook rounding. */
export const agrees = ({ verdict }: LawJudgement): boolean => verdict === "pass" || verdict === "inaccurate";

const told = (
  judgement: LawJudgement,
  scenario: Scenario,
  config: LayerConfig,
  means: string,
): Verdicted => ({
  ...judgement,
  does: agrees(judgement) ? means : judgement.reason,
  facts: layerFacts(scenario, config),
});

/** What a layer returns is what its program means. */
export const value = (promise: LayerPromise): Inquiry =>
  function* (scenario, { precision }) {
    const config = givenConfig(scenario);
    const { c } = layerCase(promise.kind, { ...promise.config, ...config }, scenario);
    const outcome = yield { cmd: "eval", ...askValue(c), layer: layerOf(scenario, config) };
    return told(
      valueAgreement.judge(c, [outcome], precision),
      scenario,
      config,
      `computes its ${promise.kind}`,
    );
  };

/** The gradients by x, states and weights are those of the program; of a cell, of any variant that is left open. */
export const gradient = (promise: LayerPromise): Inquiry =>
  function* (scenario, { precision }) {
    const config = givenConfig(scenario);
    const { c, wrt } = layerCase(promise.kind, { ...promise.config, ...config }, scenario);
    const outcome = yield { cmd: "eval", ...askGradient(c, { wrt }), layer: layerOf(scenario, config) };
    const judgement = (open: LayerConfig): LawJudgement =>
      judgeGradient(layerCase(promise.kind, open, scenario), outcome, precision);
    const judgements = openVariants(promise, config).map(judgement);
    const best = judgements.find(agrees) ?? judgements[0];
    return told(best, scenario, config, `differentiates its ${promise.kind}`);
  };

/** Gradients by what the layer's user has, against those of the program. */
export const judgeGradient = (meant: LayerCase, outcome: Outcome, precision: Precision): LawJudgement =>
  gradientAgreement.judge(meant.c, [completed(meant, outcome)], precision);

/** Of constants nobody asks the gradient: there the outcome has the reference's, which says nothing. */
function completed({ c, wrt }: LayerCase, outcome: Outcome): Outcome {
  const floats = differentiable(c.program);
  if (outcome.status !== "ok" || outcome.grads?.length !== wrt.length || wrt.length === floats.length) {
    return outcome;
  }
  const { grads } = outcome;
  const exact = compute(DOUBLES, "gradient", pointOf(c)) as Tensor[];
  return {
    ...outcome,
    grads: floats.map((k, i) => (wrt.includes(k) ? grads[wrt.indexOf(k)] : encodeTensor(exact[i], c.dtype))),
  };
}

const COORDINATES = ["asymmetric", "alignCorners", "halfPixel"] as const;

/** Settings in which libraries differ. */
const VARIANTS: Readonly<Record<string, Readonly<Record<string, readonly (string | number | boolean)[]>>>> = {
  rnn: { activation: ["tanh", "relu"] },
  lstm: {
    gates: ["ifgo", "igfo", "iofg"],
    recurrentActivation: ["sigmoid", "hardSigmoid"],
    forgetBias: [0, 1],
  },
  gru: {
    gates: ["zrn", "rzn"],
    keeps: ["z", "1 - z"],
    recurrentActivation: ["sigmoid", "hardSigmoid"],
    resetAfter: [false, true],
  },
  resizing: { interpolation: ["bilinear", "nearest"], coordinates: COORDINATES },
  upSampling: { coordinates: COORDINATES },
};

export const hasVariants = ({ kind }: LayerPromise): boolean => kind in VARIANTS;

/** Every variant of a layer; settings that change its weights are not varied. */
function variantsOf({ kind, config }: LayerPromise, given: LayerConfig): LayerConfig[] {
  let variants: LayerConfig[] = [{}];
  for (const [name, words] of Object.entries(VARIANTS[kind] ?? {})) {
    const choices = name === "resetAfter" ? [config.resetAfter ?? false] : words;
    variants = variants.flatMap((some) => choices.map((word) => ({ ...some, [name]: word })));
  }
  return variants.map((variant) => ({ ...config, ...given, ...variant }));
}

/** The promised one, and then those that the promise leaves open, the default first. */
function openVariants(promise: LayerPromise, given: LayerConfig): LayerConfig[] {
  const stated: LayerConfig = { ...promise.config, ...given };
  const silent = variantsOf(promise, given).filter((variant) =>
    Object.entries(stated).every(([name, word]) => variant[name] === word),
  );
  return [stated, ...silent];
}

const WORDS: Readonly<Record<string, (word: string) => string>> = {
  activation: (word) => word,
  gates: (word) => `gates in the order ${word}`,
  recurrentActivation: (word) => `${word} gates`,
  forgetBias: (word) => (word === "0" ? "no forget bias" : `forget bias ${word}`),
  keeps: (word) => `the state is kept by ${word}`,
  resetAfter: (word) => `reset ${word === "true" ? "after" : "before"} the product`,
  interpolation: (word) => word,
  coordinates: (word) => `${word} coordinates`,
};

const variantWords = ({ kind }: LayerPromise, variant: LayerConfig): string =>
  Object.keys(VARIANTS[kind])
    .map((name) => WORDS[name](String(variant[name])))
    .join(", ");

/** Which of the published variants a layer is. One that the promise does not state is a convention. */
export const convention = (promise: LayerPromise): Inquiry =>
  function* (scenario, { precision }) {
    const config = givenConfig(scenario);
    const { c } = layerCase(promise.kind, { ...promise.config, ...config }, scenario);
    const outcome = yield { cmd: "eval", ...askValue(c), layer: layerOf(scenario, config) };
    const promised = valueAgreement.judge(c, [outcome], precision);
    const [, byDefault] = openVariants(promise, config);
    if (agrees(promised)) return told(promised, scenario, config, variantWords(promise, byDefault));
    const fits = (variant: LayerConfig): boolean =>
      agrees(valueAgreement.judge(layerCase(promise.kind, variant, scenario).c, [outcome], precision));
    const fitting = variantsOf(promise, config).filter(fits);
    if (fitting.length === 0) return told(promised, scenario, config, "");
    const does = fitting.map((each) => variantWords(promise, each)).join(", or ");
    // What the documentation states is a promise; what it leaves open is a choice.
    const open = openVariants(promise, config).some(fits);
    const reason = `it has ${does}`;
    const judgement = open ? { verdict: "convention" as const, reason } : { ...promised, reason };
    return { ...told(judgement, scenario, config, does), does };
  };
