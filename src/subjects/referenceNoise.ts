import { Stream } from "../core/random.js";
import { layerNetwork, type LayerConfig } from "../networks/layerNetwork.js";
import { openInputs } from "../networks/network.js";
import { drawNoise, NOISY_KINDS } from "../networks/noiseLayers.js";
import type { LayerPromise } from "../record/promises.js";
import type { AdapterRequest } from "./adapter.js";
import type { TypedTensor } from "./typedTensor.js";

/** Layers that are random in training draw their masks and noise themselves. */
export class ReferenceNoise {
  /** So that layers without a seed draw something else each time, and a run the same. */
  private unseeded = 0;

  /** Whether the request is to a layer that draws now. */
  isNoisy({ layer }: AdapterRequest, { kind }: LayerPromise): boolean {
    return layer?.config.training === true && NOISY_KINDS.includes(kind);
  }

  /**
   * The same request to the program of what the layer draws. Each output of the given program is one call of the layer.
   *
   * @throws GradproofError and InvalidProgramError as `layerNetwork`
   */
  drawn(request: AdapterRequest, { kind }: LayerPromise): AdapterRequest {
    const { layer, inputs, program, ...rest } = request;
    const { training: _training, seed, ...config } = (layer?.config ?? {}) as LayerConfig;
    const [x] = inputs;
    const network = layerNetwork({ kind, config, shape: x.shape, calls: program.outputs.length });
    const stream = new Stream(
      typeof seed === "number" ? seed : this.unseeded++,
      `${kind}, ${typeof seed === "number" ? "seeded" : "unseeded"}`,
    );
    const open = openInputs(network);
    const like = x.data.constructor as unknown as { from(values: ArrayLike<number>): TypedTensor["data"] };
    const given = Object.keys(network.inputs).map((name): TypedTensor => {
      if (name === "x") return x;
      const tensor = network.constants[name] ?? drawNoise(kind, config, open[name], stream);
      const isFlag = network.program.inputs[network.inputs[name]].type === "bool";
      return { shape: tensor.shape, data: isFlag ? Uint8Array.from(tensor.data) : like.from(tensor.data) };
    });
    return { ...rest, program: network.program, inputs: given };
  }
}
