import { Stream } from "../core/random.js";
import { sizeOf } from "../core/shape.js";
import { tensor, type Tensor } from "../core/tensor.js";
import { mlp } from "../networks/mlp.js";
import { inputTensors, valueOf } from "../networks/network.js";
import { promisedLaw } from "../networks/promisedLaw.js";
import type { InitializerPromise } from "../record/promises.js";
import type { EvalQuestion, Outcome, Question } from "../record/protocol.js";
import type { Scenario } from "../record/scenario.js";
import { decodeTensor, encodeTensor } from "../record/tensor.js";
import { chiSquareTails } from "../statistics/chiSquare.js";
import { SequentialScale } from "../statistics/sequentialScale.js";
import { normalLaw } from "../statistics/weightLaw.js";
import { digits, showInterval, told } from "./initialization.js";
import { unanswered, type Inquiry, type Verdicted } from "./inquiry.js";
import { failure, PASS, refusal, undecided } from "./law.js";
import { askWeights, seedOf } from "./weightSamples.js";

/**
 * Whether signals keep their size through deep networks as the promised variance says, by exact conditional χ²
 * statistics (claims 3.3) of a network of the subject's own weights that the subject itself evaluates.
 *
 * Forward: given the activations a below, n·‖W a‖² ÷ (σ²‖a‖²) is χ² with as many degrees of freedom as units.
 * Backward: given everything above, n·‖P Wᵀδ‖² ÷ (σ²‖δ‖²) is χ² with n − 1, where P removes the direction of a.
 * Both hold for normal weights, at any width and depth, for any activation, loss and readout.
 */
export type Direction = "forward" | "backward";

interface Layer {
  /** Statistic over its degrees of freedom is the squared gain. */
  readonly statistic: number;
  readonly dof: number;
}

/** Gains per layer that count as right: a network multiplies them, but so does it what is right of them. */
const REGION = { low: 1 / 1.05, high: 1.05 };

const MOST_NETWORKS = 60;

export const variancePreserved = (promise: InitializerPromise, direction: Direction): Inquiry =>
  function* (scenario, { alpha }) {
    // Half for the gain of all layers together, half for naming a single one.
    const test = new SequentialScale({ law: normalLaw, alpha: alpha / 2, region: REGION });
    const layers: Layer[] = [];
    for (let net = 0; net < MOST_NETWORKS; net++) {
      const measured = yield* measureNetwork(scenario, promise, direction, net);
      if ("verdicted" in measured) return measured.verdicted;
      for (const [l, { statistic, dof }] of measured.layers.entries()) {
        const before = layers[l] ?? { statistic: 0, dof: 0 };
        layers[l] = { statistic: before.statistic + statistic, dof: before.dof + dof };
        if (dof > 0) test.addSquares(statistic, dof);
      }
      const wrong = wrongLayer(layers, alpha / (2 * MOST_NETWORKS));
      const side = test.comparison();
      if (wrong !== undefined || side !== "draw more")
        return verdictOf({ scenario, direction, layers, test, wrong, networks: net + 1 });
    }
    return verdictOf({ scenario, direction, layers, test, wrong: undefined, networks: MOST_NETWORKS });
  };

interface Measured {
  readonly scenario: Scenario;
  readonly direction: Direction;
  readonly layers: readonly Layer[];
  readonly test: SequentialScale;
  /** The layer whose own statistic is not that of the promised gain. */
  readonly wrong: number | undefined;
  readonly networks: number;
}

function verdictOf({ scenario, direction, layers, test, wrong, networks }: Measured): Verdicted {
  const { activation, widths } = scenario.settings as { activation: string; widths: number[] };
  const gain = test.interval();
  const side = test.comparison();
  const middle = Math.sqrt(test.sumOfSquares / test.samples);
  const signals = direction === "forward" ? "signals" : "gradients";
  const does = `keeps ${signals} through ${widths.length - 1} ${activation} layers at ${digits(middle)} times the promised gain per layer`;
  const facts = [
    { name: "gain per layer ÷ promised", value: `${digits(middle)} (${showInterval(gain)})` },
    {
      name: "networks",
      value: `${networks} of ${widths.length - 1} layers, ${Math.min(...widths)} to ${Math.max(...widths)} wide`,
    },
    { name: "degrees of freedom", value: test.samples.toLocaleString("en") },
  ];
  if (wrong !== undefined) {
    const { statistic, dof } = layers[wrong];
    const others = layers.filter((_, l) => l !== wrong);
    const rest = Math.sqrt(
      others.reduce((s, l) => s + l.statistic, 0) /
        Math.max(
          1,
          others.reduce((s, l) => s + l.dof, 0),
        ),
    );
    const reason = `layer ${wrong + 1} of ${layers.length} has ${digits(Math.sqrt(statistic / dof))} times the promised gain${others.length > 0 ? `, the others together ${digits(rest)}` : ""}`;
    return told(failure("value", "value[0]", reason), does, facts);
  }
  if (side === "disjoint")
    return told(
      failure(
        "value",
        "value[0]",
        `every layer multiplies ${signals} by ${digits(middle)} times what is promised`,
      ),
      does,
      facts,
    );
  if (side === "draw more")
    return told(undecided("statistics: more networks would be needed than are drawn"), does, facts);
  return told(PASS, does, facts);
}

/** The layer with the least probable statistic, where it is less probable than its part of alpha, and others are not so too. */
function wrongLayer(layers: readonly Layer[], alpha: number): number | undefined {
  let worst: number | undefined;
  let least = alpha / (2 * layers.length);
  let many = 0;
  for (const [l, { statistic, dof }] of layers.entries()) {
    if (dof === 0) continue;
    const { lower, upper } = chiSquareTails(statistic, dof);
    const p = Math.min(lower.value, upper.value);
    if (p < alpha / (2 * layers.length)) many++;
    if (p < least) [least, worst] = [p, l];
  }
  // When every layer is off, no single one is to be named.
  return many > layers.length / 2 ? undefined : worst;
}

type NetworkMeasured = { readonly layers: readonly Layer[] } | { readonly verdicted: Verdicted };

function* measureNetwork(
  scenario: Scenario,
  promise: InitializerPromise,
  direction: Direction,
  number: number,
): Generator<Question, NetworkMeasured, Outcome> {
  const { activation, widths } = scenario.settings as { activation: string; widths: number[] };
  const stream = new Stream(scenario.seed, `network ${number}`);
  const network = mlp({ widths, activation });
  const given: Record<string, Tensor> = {};
  const { round } = formatRounding(scenario);
  given.x = tensor(
    [1, widths[0]],
    Array.from({ length: widths[0] }, () => round(stream.normal())),
  );
  for (let l = 1; l < widths.length; l++) {
    const shape = [widths[l - 1], widths[l]];
    const answer = yield* askWeights(scenario, { shape, seed: seedOf(scenario, number * 1000 + l) });
    if (!answer.ok) return answer;
    given[`layer${l}/kernel`] = answer.weights[0];
    given[`layer${l}/bias`] = tensor(
      [widths[l]],
      Array.from({ length: widths[l] }, () => 0),
    );
  }
  const names = widths.slice(1).map((_, l) => `layer${l + 1}`);
  const place = (name: string, what: string): number => valueOf(network, `${name}/${what}`);
  // A linear layer's activation is its sum: each value is asked for once.
  const outputs = [...new Set(names.flatMap((name) => [place(name, "sum"), place(name, "activation")]))];
  const readAt = (l: number, what: string): number => outputs.indexOf(place(names[l], what));
  // Random signs as the readout: a coherent one would be correlated with the activations.
  const seeds = outputs.map((value, o) => {
    const shape = network.program.shapes[value];
    const isLast = o === readAt(names.length - 1, "activation");
    return tensor(
      shape,
      Array.from({ length: sizeOf(shape) }, () => (isLast ? stream.sign() : 0)),
    );
  });
  const inputs = inputTensors(network, given);
  const outcome = yield {
    cmd: "eval",
    program: { inputs: [...network.program.inputs], nodes: [...network.program.nodes], outputs },
    mode: direction === "forward" ? "value" : "vjp",
    inputs: inputs.map((x) => encodeTensor(x, scenario.dtype)),
    wrt: direction === "forward" ? [] : names.map((name) => network.inputs[`${name}/bias`]),
    seeds: direction === "forward" ? [] : seeds.map((x) => encodeTensor(x, scenario.dtype)),
    want: direction === "forward" ? ["value"] : ["value", "grads"],
  } satisfies { cmd: "eval" } & EvalQuestion;
  const refused = refusal(outcome, direction === "forward" ? "value" : "vjp");
  if (refused || outcome.status !== "ok") {
    return { verdicted: unanswered(refused ?? { verdict: "protocol", reason: "no results" }) };
  }
  const values = (outcome.value ?? []).map(decodeTensor);
  const deltas = (outcome.grads ?? []).map((g) => g && decodeTensor(g));
  return { layers: names.map((_, l) => layerOf(l)) };

  function layerOf(l: number): Layer {
    const shape = [widths[l], widths[l + 1]];
    const variance = promisedLaw(promise, shape)!.deviation ** 2;
    const below = activationsBelow(l);
    if (direction === "forward") {
      const scaled = variance * squares(below);
      return scaled > 0
        ? { statistic: squares(values[readAt(l, "sum")].data) / scaled, dof: widths[l + 1] }
        : NONE;
    }
    const delta = deltas[l];
    if (!delta) return NONE;
    const scaled = variance * squares(delta.data);
    if (!(scaled > 0) || widths[l] < 2) return NONE;
    const back = timesDelta(given[`layer${l + 1}/kernel`], delta.data);
    return { statistic: projectedSquares(back, below) / scaled, dof: widths[l] - 1 };
  }

  function activationsBelow(l: number): Float64Array {
    return l === 0 ? given.x.data : values[readAt(l - 1, "activation")].data;
  }
}

const NONE: Layer = { statistic: 0, dof: 0 };

const formatRounding = ({ dtype }: Scenario) => ({ round: dtype === "f32" ? Math.fround : (x: number) => x });

const squares = (x: Float64Array): number => x.reduce((total, v) => total + v * v, 0);

/** Wᵀδ for a kernel [in, out]. */
function timesDelta({ shape: [rows, columns], data }: Tensor, delta: Float64Array): Float64Array {
  const result = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[i] += data[i * columns + j] * delta[j];
  }
  return result;
}

/** The squared length of what is left of r without its component along a. */
function projectedSquares(r: Float64Array, a: Float64Array): number {
  const length = squares(a);
  const along = length > 0 ? r.reduce((total, v, i) => total + v * a[i], 0) / length : 0;
  return r.reduce((total, v, i) => total + (v - along * a[i]) ** 2, 0);
}
