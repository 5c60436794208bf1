import type { Tensor } from "../core/tensor.js";
import type { Hyper } from "../record/promises.js";
import type { Outcome, Question } from "../record/protocol.js";
import type { Scenario } from "../record/scenario.js";
import { encodeTensor } from "../record/tensor.js";
import { readObjectTensors, unanswered, type Verdicted } from "./inquiry.js";

/** One step that an optimiser is asked for. */
export interface AskedStep {
  /** Undefined for a variable that has none in this step. */
  readonly gradients: readonly (Tensor | undefined)[];
  /** Changed before this step. */
  readonly hyper?: Hyper;
  readonly order?: readonly number[];
}

/** What an optimiser is asked for. */
export interface AskedRun {
  readonly hyper: Hyper;
  readonly params: readonly Tensor[];
  readonly steps: readonly AskedStep[];
  /** Whether only the weights after the last step are wanted. */
  readonly last?: boolean;
}

/** Weights after each step, or after the last one. */
export type Weights = readonly (readonly Tensor[])[];

type Answered =
  { readonly ok: true; readonly weights: Weights } | { readonly ok: false; readonly verdicted: Verdicted };
type Asking<R = Answered> = Generator<Question, R, Outcome>;

/** Numbers of a scenario's settings whose names begin so. */
export const hyperOf = ({ settings }: Scenario, prefix = "hyper."): Hyper =>
  Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), Number(value)]] : [],
    ),
  );

const numbersOf = (value: Scenario["settings"][string] | undefined): readonly number[] | undefined =>
  Array.isArray(value) ? value : undefined;

/**
 * The run that a scenario describes: of its tensors the first `variables` are weights, the others gradients, step by step.
 * `hyper.x` is given from the start, `step3.x` changed before the third step, and `order` is that of all steps.
 */
export function runOf(scenario: Scenario): AskedRun {
  const { settings, tensors } = scenario;
  const count = Number(settings.variables);
  const order = numbersOf(settings.order);
  const steps: AskedStep[] = [];
  for (let at = count; at < tensors.length; at += count) {
    const hyper = hyperOf(scenario, `step${steps.length + 1}.`);
    steps.push({
      gradients: tensors.slice(at, at + count),
      ...(Object.keys(hyper).length > 0 && { hyper }),
      ...(order && { order }),
    });
  }
  return { hyper: hyperOf(scenario), params: tensors.slice(0, count), steps };
}

/** Asks for a run. */
export function* askRun({ target, dtype }: Scenario, run: AskedRun): Asking {
  const outcome = yield* putRun(target, dtype, run);
  return readRun(outcome, dtype, run);
}

function* putRun(target: string, dtype: Scenario["dtype"], run: AskedRun): Asking<Outcome> {
  const { hyper, params, steps, last } = run;
  return yield {
    cmd: "optimize",
    optimizer: target.slice(target.indexOf(":") + 1),
    hyper,
    params: params.map((x) => encodeTensor(x, dtype)),
    steps: steps.map((step) => ({
      gradients: step.gradients.map((g) => (g ? encodeTensor(g, dtype) : null)),
      ...(step.hyper && { hyper: step.hyper }),
      ...(step.order && { order: [...step.order] }),
    })),
    ...(last && { last }),
  };
}

function readRun(outcome: Outcome, dtype: Scenario["dtype"], { params, steps, last }: AskedRun): Answered {
  const shapes = params.map(({ shape }) => shape);
  const counted = last ? 1 : steps.length;
  const answer = readObjectTensors(outcome, dtype, Array.from({ length: counted }, () => shapes).flat());
  if (!answer.ok) return { ok: false, verdicted: unanswered(answer.judgement) };
  const weights = Array.from({ length: counted }, (_, t) =>
    answer.tensors.slice(t * shapes.length, (t + 1) * shapes.length),
  );
  return { ok: true, weights };
}

/**
 * Asks for a run, and where that is not offered for less: without changes on the way, without what need not be given.
 *
 * @returns also the run that was answered
 */
export function* askOffered(scenario: Scenario, run: AskedRun, needed: readonly string[]) {
  const steady = { ...run, steps: run.steps.map(({ hyper: _hyper, ...step }) => step) };
  const few = Object.fromEntries(Object.entries(run.hyper).filter(([name]) => needed.includes(name)));
  let answer: Answered = yield* askRun(scenario, run);
  let asked: AskedRun = run;
  for (const less of [steady, { ...run, hyper: few }, { ...steady, hyper: few }]) {
    if (answer.ok || answer.verdicted.verdict !== "unsupported") break;
    if (JSON.stringify(less) === JSON.stringify(asked)) continue;
    asked = less;
    answer = yield* askRun(scenario, less);
  }
  return { answer, asked };
}

/** All weights of a run, one after another. */
export function flatten(weights: Weights): Float64Array {
  const parts = weights.flat();
  const flat = new Float64Array(parts.reduce((n, { data }) => n + data.length, 0));
  let at = 0;
  for (const { data } of parts) {
    flat.set(data, at);
    at += data.length;
  }
  return flat;
}

/** Where a position of `flatten` is. */
export function placeOf(at: number, params: readonly Tensor[]) {
  const size = params.reduce((n, { data }) => n + data.length, 0);
  let element = at % size;
  let variable = 0;
  while (element >= params[variable].data.length) element -= params[variable++].data.length;
  return { step: Math.floor(at / size), variable, element };
}
