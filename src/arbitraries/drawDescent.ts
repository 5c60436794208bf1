import { formatOf, type FloatType } from "../core/float.js";
import type { Stream } from "../core/random.js";
import { sizeOf, type Shape } from "../core/shape.js";
import { filled, type Tensor } from "../core/tensor.js";
import { dense } from "../networks/layers.js";
import { NetworkBuilder } from "../networks/networkBuilder.js";
import { batchNorm, layerNorm } from "../networks/normalizationLayers.js";
import { differentiable } from "../program/program.js";
import type { Case } from "../record/case.js";
import type { Scenario } from "../record/scenario.js";
import { drawDirection } from "./values.js";

/** Descent on the weights of a dense layer before a normalisation. */

const NORMS = { batchNorm, layerNorm } as const;

const programOf = (shape: Shape, { norm, epsilon, units }: Scenario["settings"]) => {
  const b = new NetworkBuilder();
  const normalize = NORMS[norm as keyof typeof NORMS];
  const y = dense(b, b.input("x", shape), {
    name: "layer",
    units: Number(units),
    bias: false,
    normalize: (b, sum) => normalize(b, sum, { name: "norm", epsilon: Number(epsilon) }),
  });
  b.mark("y", y);
  return b.build("y").program;
};

/** Its tensors are the inputs of the program, x, weights, scale and offset, and a cotangent that stays the same. */
export function drawDescent(
  stream: Stream,
  { target, dtype }: { readonly target: string; readonly dtype: FloatType },
): Scenario {
  const { round } = formatOf(dtype);
  const shape = [stream.int(4, 7), stream.int(2, 4)];
  const settings = {
    norm: stream.pick(["batchNorm", "layerNorm"]),
    epsilon: stream.pick([1e-5, 1e-3]),
    units: stream.int(4, 6),
    learningRate: stream.pick([0.1, 0.01, 1]),
    power: stream.pick([-3, -1, 1, 2, 5]),
    steps: stream.int(1, 3),
    shape,
  };
  const program = programOf(shape, settings);
  const tensors = program.inputs.map((input, k): Tensor => {
    const scale = k === 1 ? 1 / Math.sqrt(shape[1]) : 1;
    const data = Float64Array.from({ length: sizeOf(input.shape) }, () => round(stream.normal() * scale));
    return { shape: input.shape, data };
  });
  const [y] = program.outputs;
  const cotangent = drawDirection(stream, program.shapes[y], dtype);
  return {
    target,
    dtype,
    settings,
    tensors: [...tensors, cotangent],
    seed: stream.bits(),
    tags: [`norm:${settings.norm}`, `steps:${settings.steps}`],
  };
}

/** The first step of such a scenario. */
export function descentCase({ settings, tensors, dtype, tags }: Scenario): Case {
  const program = programOf(settings.shape as Shape, settings);
  return {
    program: { inputs: program.inputs, nodes: program.nodes, outputs: program.outputs },
    dtype,
    inputs: tensors.slice(0, -1),
    cotangents: tensors.slice(-1),
    tangents: differentiable(program).map((k) => filled(program.inputs[k].shape, 0)),
    tags,
  };
}

/** Fewer steps. */
export function* simplerDescent(scenario: Scenario): Iterable<Scenario> {
  for (let steps = 1; steps < Number(scenario.settings.steps); steps++) {
    yield { ...scenario, settings: { ...scenario.settings, steps } };
  }
}
