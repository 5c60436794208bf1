import { formatOf, gamma, type FloatFormat } from "../core/float.js";
import { sizeOf, stridesOf } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { LayerConfig } from "../networks/layerNetwork.js";
import { givenConfig } from "../networks/promisedLayer.js";
import type { LayerPromise } from "../record/promises.js";
import type { Outcome, Question } from "../record/protocol.js";
import type { Scenario } from "../record/scenario.js";
import { readObjectTensors, unanswered, type Inquiry, type Verdicted } from "./inquiry.js";
import { layerCase, layerFacts, layerOf } from "./layers.js";
import { askValue, failure, PASS, type LawJudgement } from "./law.js";

/** What constraints promise of the weights that they make, whatever formula they use. */

type Constrained =
  { readonly ok: true; readonly w: Tensor } | { readonly ok: false; readonly verdicted: Verdicted };

const settingsOf = ({ config }: LayerPromise, scenario: Scenario): LayerConfig => ({
  ...config,
  ...givenConfig(scenario),
});

/** The weights that the constraint makes of those of the scenario. */
function* constrain(promise: LayerPromise, scenario: Scenario): Generator<Question, Constrained, Outcome> {
  const { c } = layerCase(promise.kind, settingsOf(promise, scenario), scenario);
  const outcome = yield { cmd: "eval", ...askValue(c), layer: layerOf(scenario, givenConfig(scenario)) };
  const answer = readObjectTensors(outcome, scenario.dtype, [scenario.tensors[0].shape]);
  return answer.ok
    ? { ok: true, w: answer.tensors[0] }
    : { ok: false, verdicted: unanswered(answer.judgement) };
}

/** Positions of the weights whose length is one, vector by vector. */
function vectorsOf({ shape }: Tensor, axis: LayerConfig[string] = 0): number[][] {
  const axes = Array.isArray(axis) ? axis : [Number(axis)];
  const strides = stridesOf(shape);
  const vectors = new Map<string, number[]>();
  for (let i = 0; i < sizeOf(shape); i++) {
    const place = shape.flatMap((length, a) => (axes.includes(a) ? [] : Math.floor(i / strides[a]) % length));
    const vector = vectors.get(place.join()) ?? [];
    vector.push(i);
    vectors.set(place.join(), vector);
  }
  return [...vectors.values()];
}

const lengthOf = ({ data }: Tensor, vector: readonly number[]): number =>
  Math.hypot(...vector.map((i) => data[i]));

/** As of clipping by a norm: a sum of n squares, root, quotient, product, and what is added on the way. */
const rounding = (n: number, { u }: FloatFormat): number => gamma(n / 2 + 6, u);

interface Limits {
  readonly low: number;
  readonly high: number;
}

/** Lengths that come out, of a vector that has one; undefined for kinds without a length. */
function limitsOf(kind: string, { minValue = 0, maxValue }: LayerConfig): Limits | undefined {
  if (kind === "unitNorm") return { low: 1, high: 1 };
  if (kind === "maxNorm") return { low: 0, high: Number(maxValue ?? 2) };
  if (kind === "minMaxNorm") return { low: Number(minValue), high: Number(maxValue ?? 1) };
  return undefined;
}

interface Problem {
  readonly element: number;
  readonly reason: string;
}

/** Where a length is off its limits, or a weight is negative that must not be. */
function beyondLimits(promise: LayerPromise, scenario: Scenario, w: Tensor): Problem | undefined {
  const config = settingsOf(promise, scenario);
  const limits = limitsOf(promise.kind, config);
  if (!limits) {
    const element = w.data.findIndex((x) => !(x >= 0));
    return element < 0 ? undefined : { element, reason: `a weight is ${w.data[element]}` };
  }
  const format = formatOf(scenario.dtype);
  const epsilon = Number(config.epsilon ?? 0);
  for (const vector of vectorsOf(w, config.axis)) {
    const before = lengthOf(scenario.tensors[0], vector);
    const after = lengthOf(w, vector);
    const error = rounding(vector.length, format);
    // Zeros have no direction in which they could become longer; and what divides is longer by epsilon.
    const low = before === 0 ? 0 : (limits.low * before) / (before + epsilon);
    if (after >= low * (1 - error) && after <= limits.high * (1 + error)) continue;
    const reason = `weights of length ${before} come out ${after} long, and ${limits.low} to ${limits.high} is promised`;
    return { element: vector[0], reason };
  }
  return undefined;
}

/** Where weights that are right already are changed by more than rounding and epsilon. */
function changed(
  promise: LayerPromise,
  scenario: Scenario,
  once: Tensor,
  twice: Tensor,
): Problem | undefined {
  const { axis, epsilon } = settingsOf(promise, scenario);
  const format = formatOf(scenario.dtype);
  const vectors = promise.kind === "nonNegative" ? [] : vectorsOf(once, axis);
  const allowed = new Float64Array(once.data.length);
  for (const vector of vectors) {
    // Each time a vector comes out shorter than it should by the share that epsilon has in its length.
    const share = [scenario.tensors[0], once].reduce((sum, w) => {
      const length = lengthOf(w, vector);
      return length === 0 ? sum : sum + Number(epsilon ?? 0) / length + 2 * rounding(vector.length, format);
    }, 0);
    for (const i of vector) allowed[i] = share * Math.abs(once.data[i]) + format.eta;
  }
  const element = once.data.findIndex((x, i) => !(Math.abs(twice.data[i] - x) <= allowed[i]));
  if (element < 0) return undefined;
  return { element, reason: `constrained again, ${once.data[element]} becomes ${twice.data[element]}` };
}

const judged = (problem: Problem | undefined, w: Tensor): LawJudgement =>
  problem
    ? failure("value", "value[0]", problem.reason, { element: problem.element, got: w.data[problem.element] })
    : PASS;

const told = (judgement: LawJudgement, scenario: Scenario, does: string): Verdicted => ({
  ...judgement,
  does: judgement.verdict === "pass" ? does : judgement.reason,
  facts: layerFacts(scenario, givenConfig(scenario)),
});

/** Lengths come out within the limits, weights that must not be negative are not. */
export const limits = (promise: LayerPromise): Inquiry =>
  function* (scenario) {
    const made = yield* constrain(promise, scenario);
    if (!made.ok) return made.verdicted;
    const problem = beyondLimits(promise, scenario, made.w);
    return told(judged(problem, made.w), scenario, "keeps weights within their limits");
  };

/** What was constrained is right, and stays as it is. */
export const idempotent = (promise: LayerPromise): Inquiry =>
  function* (scenario) {
    const once = yield* constrain(promise, scenario);
    if (!once.ok) return once.verdicted;
    const twice = yield* constrain(promise, { ...scenario, tensors: [once.w, ...scenario.tensors.slice(1)] });
    if (!twice.ok) return twice.verdicted;
    const problem = changed(promise, scenario, once.w, twice.w);
    return told(judged(problem, twice.w), scenario, "leaves weights as they are that are right already");
  };

/** Weights of zeros stay zeros: there is no direction in which they could become longer. */
export const zeros = (promise: LayerPromise): Inquiry =>
  function* (scenario) {
    const made = yield* constrain(promise, scenario);
    if (!made.ok) return made.verdicted;
    const element = made.w.data.findIndex((x) => x !== 0);
    const problem =
      element < 0 ? undefined : { element, reason: `a weight of 0 becomes ${made.w.data[element]}` };
    return told(judged(problem, made.w), scenario, "leaves zeros as they are");
  };
