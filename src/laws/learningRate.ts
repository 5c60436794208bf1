import { mapTensor, type Tensor } from "../core/tensor.js";
import { differentiable } from "../program/program.js";
import type { Case } from "../record/case.js";
import type { Outcome, Question } from "../record/protocol.js";
import type { Scenario } from "../record/scenario.js";
import { unanswered, type Inquiry, type Verdicted } from "./inquiry.js";
import { askGradient, failure, PASS, readAnswer, undecided, type LawJudgement } from "./law.js";
import { askRun } from "./optimizerRun.js";
import { sameBut } from "./scaleInvariance.js";
import { scaledTwin, type Twin } from "./scaledTwin.js";

/** How the scale of weights before a normalisation and the learning rate of descent belong together (claim C110). */

interface Asked {
  readonly c: Case;
  readonly results: { readonly value: readonly Tensor[]; readonly grads: readonly Tensor[] };
}

type Step =
  | { readonly ok: true; readonly asked: Asked; readonly weights: Tensor }
  | { readonly ok: false; readonly verdicted: Verdicted };

/** One step of descent: the gradient of the weights, input 1 of the program, and what the optimiser makes of it. */
function* descend(scenario: Scenario, c: Case, learningRate: number): Generator<Question, Step, Outcome> {
  const outcome = yield { cmd: "eval", ...askGradient(c) };
  const answer = readAnswer(c, outcome, "vjp");
  if (!answer.ok) return { ok: false, verdicted: unanswered(answer.judgement) };
  const gradient = answer.grads[differentiable(c.program).indexOf(WEIGHTS)];
  const run = {
    hyper: { learningRate },
    params: [c.inputs[WEIGHTS]],
    steps: [{ gradients: [gradient] }],
    last: true,
  };
  const after = yield* askRun(scenario, run);
  if (!after.ok) return after;
  return { ok: true, asked: { c, results: answer }, weights: after.weights[0][0] };
}

/** Of the drawn programs: x, weights, scale and offset. */
const WEIGHTS = 1;

const withWeights = (c: Case, weights: Tensor): Case => ({ ...c, inputs: c.inputs.with(WEIGHTS, weights) });

/** What a scenario asks: the first of its tensors are the program's inputs, the last is the cotangent. */
export type ProgramOf = (scenario: Scenario) => Case;

/**
 * Weights 2ᵏ times as large, learning rates 4ᵏ times and epsilon too: every step of descent gives the same outputs, and
 * weights 2ᵏ times as large, bit for bit. So it is the rate over ‖W‖² that counts, and larger weights learn more slowly.
 */
export const learningRate = (caseOf: ProgramOf): Inquiry =>
  function* (scenario, { precision }) {
    const { settings } = scenario;
    const power = Number(settings.power);
    const rate = Number(settings.learningRate);
    let plain = caseOf(scenario);
    let twin = scaledTwin(plain, power);
    if (!twin) return unanswered(undecided("nothing stands before a normalisation"));
    for (let t = 1; t <= Number(settings.steps); t++) {
      const one: Step = yield* descend(scenario, plain, rate);
      if (!one.ok) return one.verdicted;
      const other: Step = yield* descend(scenario, twin.case, rate * 4 ** power);
      if (!other.ok) return other.verdicted;
      const held = sameBut(plain, one.asked.results, twin, other.asked.results, precision);
      // From here on the weights are others, be it in their last bits.
      if (held.verdict !== "pass") return told(held, t);
      const moved = unequalWeights(one.weights, other.weights, power);
      if (moved) return told(moved, t);
      plain = withWeights(plain, one.weights);
      twin = { ...twin, case: withWeights(twin.case, other.weights) } satisfies Twin;
    }
    const does = "takes the same way with weights 2ᵏ times as large and learning rates 4ᵏ times, bit for bit";
    return { ...PASS, does, facts: [] };
  };

function unequalWeights(w: Tensor, scaled: Tensor, power: number): LawJudgement | undefined {
  const expected = mapTensor(w, (x) => x * 2 ** power).data;
  const element = scaled.data.findIndex((x, i) => x !== expected[i]);
  if (element < 0) return undefined;
  const got = scaled.data[element];
  const reason = `a weight becomes ${got} instead of 2^${power} times ${w.data[element]}`;
  return failure("scale", "value[0]", reason, { element, got });
}

const told = (judgement: LawJudgement, step: number): Verdicted => {
  const does = `in step ${step}: ${judgement.reason}`;
  return { ...judgement, reason: does, does, facts: [] };
};
