import { formatOf } from "../core/float.js";
import { Stream } from "../core/random.js";
import { sizeOf } from "../core/shape.js";
import { filled, type Tensor } from "../core/tensor.js";
import { euclideanNorm } from "../networks/euclideanNorm.js";
import { layerNetwork } from "../networks/layerNetwork.js";
import { steadyState } from "../networks/meanField.js";
import { inputTensors, openInputs } from "../networks/network.js";
import type { LayerPromise } from "../record/promises.js";
import type { Outcome, Question } from "../record/protocol.js";
import type { Scenario } from "../record/scenario.js";
import { differentiable } from "../program/program.js";
import type { Case } from "../record/case.js";
import { compareWithRegion, type Interval } from "../statistics/interval.js";
import { medianInterval } from "../statistics/medianInterval.js";
import { digits, showInterval, told } from "./initialization.js";
import { unanswered, type Inquiry, type Verdicted } from "./inquiry.js";
import { askGradient, failure, PASS, readAnswer, undecided } from "./law.js";

/**
 * By how much a step of a random tanh layer that noise drives shrinks a gradient, typically: the median over networks of
 * ln(length of the gradient of the first state ÷ length of the cotangent) ÷ steps, against ½ ln χ₁ of the mean field.
 *
 * The interval for the median holds whatever its law is. The prediction is of infinitely many units: with 32 of them and 12
 * steps medians were lower by 0.01 (σ = ½), 0.02 (1), 0.04 (1.5) and 0.05 (2), over 1,500 networks each, with deviations of
 * 0.06 to 0.07 from network to network. The region leaves room for that, and none for a slope that is missing (0.26 and more).
 */
export const typicalRate = (promise: LayerPromise): Inquiry =>
  function* (scenario, { alpha }) {
    const { recurrent, input } = scenario.settings as { recurrent: number; input: number };
    const steady = steadyState({ recurrent, input });
    const predicted = Math.log(steady.gain) / 2;
    const region = { low: predicted - MARGIN, high: predicted + MARGIN };
    const rates: number[] = [];
    for (const networks of LOOKS) {
      while (rates.length < networks) {
        const rate = yield* rateOf(promise, scenario, steady.size, rates.length);
        if (typeof rate !== "number") return rate;
        rates.push(rate);
      }
      const interval = medianInterval(rates, alpha / LOOKS.length);
      const side = compareWithRegion(interval, region);
      if (side !== "draw more")
        return verdictOf(rates, interval, { predicted, region, right: side === "inside" });
    }
    const interval = medianInterval(rates, alpha / LOOKS.length);
    return { ...verdictOf(rates, interval, { predicted, region, right: true }), ...UNDECIDED };
  };

const UNITS = 32;
const CONFIG = { units: UNITS, start: "input" } as const;
const STEPS = 12;
/** Natural logarithms per step. */
const MARGIN = 0.15;
/** Networks after which the interval is looked at. */
const LOOKS = [60, 120, 240] as const;
const UNDECIDED = undecided("statistics: more networks would be needed than are drawn");

function verdictOf(
  rates: readonly number[],
  interval: Interval,
  prediction: { readonly predicted: number; readonly region: Interval; readonly right: boolean },
): Verdicted {
  const { predicted, region, right } = prediction;
  const middle = [...rates].sort((a, b) => a - b)[rates.length >> 1];
  const factor = digits(Math.exp(middle));
  const does = `multiplies gradients by ${factor} a step, typically; predicted are ${digits(Math.exp(predicted))}`;
  const facts = [
    { name: "logarithm of the factor", value: `${digits(middle)} (${showInterval(interval)})` },
    { name: "predicted, ½ ln χ₁", value: digits(predicted) },
    { name: "counts as right", value: showInterval(region) },
    { name: "networks", value: `${rates.length} of ${UNITS} units and ${STEPS} steps` },
  ];
  const reason = `a step multiplies gradients by ${factor}, where it is ${digits(Math.exp(predicted))} typically`;
  return told(right ? PASS : failure("value", "gradient[0]", reason), does, facts);
}

/** The rate of one network, or why there is none. */
function* rateOf(
  promise: LayerPromise,
  scenario: Scenario,
  size: number,
  number: number,
): Generator<Question, number | Verdicted, Outcome> {
  const stream = new Stream(scenario.seed, `network ${number}`);
  const network = layerNetwork({
    kind: promise.kind,
    config: { ...promise.config, ...CONFIG },
    shape: [1, STEPS, UNITS],
  });
  const { inputs, nodes, outputs } = network.program;
  const program = { inputs, nodes, outputs };
  const given = Object.fromEntries(
    Object.entries(openInputs(network)).map(([name, shape]) => [
      name,
      drawn(stream, scenario, size, name.replace("layer/", ""), shape),
    ]),
  );
  const c: Case = {
    program,
    dtype: scenario.dtype,
    inputs: inputTensors(network, given),
    cotangents: [drawn(stream, scenario, size, "cotangent", [1, UNITS])],
    tangents: differentiable(program).map((k) => filled(inputs[k].shape, 0)),
    tags: [],
  };
  const wrt = [network.inputs["layer/h0"]];
  const name = scenario.target.slice(scenario.target.indexOf(":") + 1);
  const outcome = yield { cmd: "eval", ...askGradient(c, { wrt }), layer: { name, config: CONFIG } };
  const answer = readAnswer(c, outcome, "vjp", wrt);
  if (!answer.ok) return unanswered(answer.judgement);
  const rate = Math.log(euclideanNorm(answer.grads) / euclideanNorm(c.cotangents)) / STEPS;
  if (!Number.isNaN(rate)) return rate;
  return told(failure("nan", "gradient[0]", "a gradient holds NaN"), "sends back what is no number");
}

/** Numbers of a wide network in its steady state. Each unit has an input of its own, so that these are independent. */
function drawn(
  stream: Stream,
  { dtype, settings }: Scenario,
  size: number,
  name: string,
  shape: readonly number[],
): Tensor {
  const { recurrent, input } = settings as { recurrent: number; input: number };
  const { round } = formatOf(dtype);
  const number = (i: number): number => {
    switch (name) {
      case "kernel":
        return i % (UNITS + 1) === 0 ? input : 0;
      case "recurrentKernel":
        return (recurrent * stream.normal()) / Math.sqrt(UNITS);
      case "bias":
        return 0;
      case "h0":
        return Math.tanh(Math.sqrt(size) * stream.normal());
      default:
        return stream.normal();
    }
  };
  return { shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => round(number(i))) };
}
