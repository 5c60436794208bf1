import { GradproofError } from "../core/errors.js";
import type { EvalReply, ObjectQuestion } from "../record/protocol.js";
import { INCONSISTENT_TENSOR } from "../record/protocol.js";
import { UnsupportedError, type Adapter, type TypedTensor } from "./adapter.js";
import { refusal } from "./answer.js";
import { decodeTyped, encodeTyped } from "./typedTensor.js";

type Request = ObjectQuestion & { readonly id: string };

/** What an adapter's initialisers, clippers and optimisers answer, as the message that carries it. */
export async function answerObject(adapter: Adapter, request: Request): Promise<EvalReply> {
  const { id } = request;
  const start = performance.now();
  try {
    const value = (await tensorsOf(adapter, request)).map(encodeTyped);
    return { id, status: "ok", value, us: Math.round((performance.now() - start) * 1000) };
  } catch (error) {
    if (error instanceof GradproofError) {
      const { code, message } = error;
      if (code === "protocol") return { id, status: "protocol", detail: message };
      if (code === INCONSISTENT_TENSOR) return { id, status: "error", error: { type: code, message } };
    }
    return { id, ...refusal(error) };
  }
}

/** @throws UnsupportedError when the adapter has no such object, and whatever the library throws */
function tensorsOf(
  adapter: Adapter,
  request: Request,
): readonly TypedTensor[] | Promise<readonly TypedTensor[]> {
  const lacking = new UnsupportedError("object", `the adapter has no "${request.cmd}"`);
  switch (request.cmd) {
    case "initialize":
      if (!adapter.initialize) throw lacking;
      return adapter.initialize(request);
    case "clip":
      if (!adapter.clip) throw lacking;
      return adapter.clip({
        clipper: request.clipper,
        threshold: Number(request.threshold),
        tensors: request.tensors.map(decodeTyped),
      });
    default:
      if (!adapter.optimize) throw lacking;
      return adapter.optimize({
        optimizer: request.optimizer,
        hyper: request.hyper,
        params: request.params.map(decodeTyped),
        steps: request.steps.map(({ gradients, ...rest }) => ({
          ...rest,
          gradients: gradients.map((g) => g && decodeTyped(g)),
        })),
        last: request.last ?? false,
      });
  }
}
