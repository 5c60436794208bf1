import { filled, type Tensor } from "../core/tensor.js";
import { inputTensors, openInputs, type Network } from "../networks/network.js";
import { keptNetwork, movingNetwork, type MovingOptions } from "../networks/movingStatistics.js";
import { givenConfig } from "../networks/promisedLayer.js";
import { flatten } from "../oracles/quantity.js";
import type { Case } from "../record/case.js";
import type { LayerPromise } from "../record/promises.js";
import type { EvalQuestion, Outcome, Question } from "../record/protocol.js";
import type { Scenario } from "../record/scenario.js";
import { valueAgreement } from "./agreement.js";
import { readObjectTensors, unanswered, type Inquiry, type Verdicted } from "./inquiry.js";
import { askValue, failure, PASS, type LawJudgement } from "./law.js";
import { judgeStep, KEPT, type Kept } from "./movingStep.js";

/** What a batch norm keeps of the batches that it is trained with, and what inference makes of that. */

/** A scenario: batches, scale and offset if there are any, and what is kept before. */
interface Told extends MovingOptions {
  readonly momentum: number;
  readonly batches: readonly Tensor[];
  readonly affine: readonly Tensor[];
  readonly kept: Kept;
}

function toldBy(scenario: Scenario, { config, moving }: LayerPromise): Told {
  const { tensors, settings } = scenario;
  const { momentum = moving!.momentum, ...given } = givenConfig(scenario);
  const steps = Number(settings.steps);
  return {
    config: { ...config, ...given },
    shape: settings.shape as readonly number[],
    momentum: Number(momentum),
    batches: tensors.slice(0, steps),
    affine: tensors.slice(steps, -2),
    kept: [tensors.at(-2)!, tensors.at(-1)!],
  };
}

function caseOf(network: Network, given: readonly Tensor[], { dtype, tags }: Scenario): Case {
  const names = Object.keys(openInputs(network));
  const { inputs, nodes, outputs, shapes } = network.program;
  return {
    program: { inputs, nodes, outputs },
    dtype,
    inputs: inputTensors(network, Object.fromEntries(names.map((name, k) => [name, given[k]]))),
    cotangents: outputs.map((value) => filled(shapes[value], 0)),
    tangents: inputs.map(({ shape }) => filled(shape, 0)),
    tags,
  };
}

/** The layer's own y, and what it keeps afterwards. */
function question(c: Case, scenario: Scenario, training: boolean): Question {
  const { target } = scenario;
  const config = { ...givenConfig(scenario), training } as NonNullable<EvalQuestion["layer"]>["config"];
  return { cmd: "eval", ...askValue(c), layer: { name: target.slice(target.indexOf(":") + 1), config } };
}

type Read =
  { readonly ok: true; readonly kept: Kept } | { readonly ok: false; readonly judgement: LawJudgement };

/** @param shape of y */
function readKept(outcome: Outcome, shape: readonly number[], before: Kept, { dtype }: Scenario): Read {
  const answer = readObjectTensors(outcome, dtype, [shape, ...before.map((x) => x.shape)]);
  return answer.ok ? { ok: true, kept: [answer.tensors[1], answer.tensors[2]] } : answer;
}

/** Each batch in training moves the kept mean and variance by the momentum. */
export const movingStatistics = (promise: LayerPromise): Inquiry =>
  function* (scenario, { precision }) {
    const { batches, affine, kept, ...asked } = toldBy(scenario, promise);
    const network = movingNetwork({ ...asked, correction: 0 });
    const axis = Number(asked.config.axis ?? -1);
    let before: Kept = kept;
    let verdict: Verdicted | undefined;
    for (const x of batches) {
      const c = caseOf(network, [x, ...affine, ...before], scenario);
      const outcome = yield question(c, scenario, true);
      const read = readKept(outcome, x.shape, before, scenario);
      if (!read.ok) return unanswered(read.judgement);
      const step = { x, axis, momentum: asked.momentum, before, after: read.kept };
      verdict = judgeStep(step, promise, precision);
      if (verdict.verdict !== "pass") return verdict;
      before = read.kept;
    }
    return verdict!;
  };

/** Inference uses the kept mean and variance, and leaves them as they are, bit for bit. */
export const keptStatistics = (promise: LayerPromise): Inquiry =>
  function* (scenario, { precision }) {
    const { batches, affine, kept, ...asked } = toldBy(scenario, promise);
    const c = caseOf(keptNetwork(asked), [batches[0], ...kept, ...affine], scenario);
    const outcome = yield question(c, scenario, false);
    const read = readKept(outcome, asked.shape, kept, scenario);
    if (!read.ok) return unanswered(read.judgement);
    for (const [which, name] of KEPT.entries()) {
      const [old, now] = [kept[which].data, read.kept[which].data];
      const channel = now.findIndex((v, i) => v !== old[i]);
      if (channel < 0) continue;
      const does = `in inference, a moving ${name} of ${old[channel]} becomes ${now[channel]}`;
      const where = `value[${which + 1}]`;
      return {
        ...failure("moving", where, does, { element: channel, got: now[channel] }),
        does,
        facts: [],
      };
    }
    const judgement = valueAgreement.judge(c, [outcome], precision);
    const right = judgement.verdict === "pass" || judgement.verdict === "inaccurate";
    const does = right
      ? "uses what it keeps, and leaves it as it is"
      : `does not normalise by what it keeps: ${judgement.reason}`;
    return { ...judgement, does, facts: [] };
  };

/** A batch without elements is refused in training: it has no mean to keep. */
export const emptyBatch = (promise: LayerPromise): Inquiry =>
  function* (scenario) {
    const { affine, kept, ...asked } = toldBy(scenario, promise);
    const [, ...rest] = asked.shape;
    const one = [1, ...rest];
    // Of one element it would be valid.
    const network = movingNetwork({ ...asked, shape: one, correction: 0 });
    const { program, inputs, ...valid } = caseOf(network, [filled(one, 0), ...affine, ...kept], scenario);
    const empty = filled([0, ...rest], 0);
    const shapes = program.inputs.map((input, k) => (k === 0 ? { ...input, shape: empty.shape } : input));
    const c: Case = {
      ...valid,
      program: { ...program, inputs: shapes },
      inputs: [empty, ...inputs.slice(1)],
    };
    const outcome = yield question(c, scenario, true);
    if (outcome.status === "error") return { ...PASS, does: "refuses an empty batch", facts: [] };
    const read = readKept(outcome, empty.shape, kept, scenario);
    if (!read.ok) return unanswered(read.judgement);
    const [old, now] = [flatten(kept), flatten(read.kept)];
    const moved = now.findIndex((v, i) => v !== old[i]);
    const does = `accepts an empty batch, and ${moved < 0 ? "leaves what it keeps" : `makes ${now[moved]} of a kept ${old[moved]}`}`;
    return {
      verdict: "accepted-invalid",
      kind: "accepts invalid",
      where: "value",
      reason: does,
      does,
      facts: [],
    };
  };
