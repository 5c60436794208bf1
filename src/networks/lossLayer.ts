import { GradproofError } from "../core/errors.js";
import type { Attributes } from "../ops/op.js";
import type { NetworkBuilder, NetworkValue } from "./networkBuilder.js";

/** Attributes of the ops that are losses, besides the reduction. */
const LOSS_ATTRIBUTES: Readonly<Record<string, Attributes>> = {
  mse: {},
  mae: {},
  huber: { delta: 1 },
  hinge: { labels: "0 and 1" },
  logLoss: { epsilon: 1e-7 },
  binaryCrossEntropy: { from: "logits" },
  klDivergence: {},
  softmaxCrossEntropy: {},
  cosineDistance: { axis: -1 },
};

export const LOSSES: readonly string[] = Object.keys(LOSS_ATTRIBUTES);

/**
 * A loss by name, in its stable form; its target is an input called `target`, and it is called `loss` itself.
 *
 * @throws GradproofError `unknown-loss`
 */
export function loss(
  b: NetworkBuilder,
  prediction: NetworkValue,
  options: {
    readonly loss: string;
    /** Default "mean". */
    readonly reduction?: "none" | "sum" | "mean";
    /** Attributes of the op that differ from the usual ones, such as delta of huber. */
    readonly attributes?: Attributes;
  },
): NetworkValue {
  const { loss: name, reduction = "mean", attributes } = options;
  if (!Object.hasOwn(LOSS_ATTRIBUTES, name)) {
    throw new GradproofError("unknown-loss", `no loss "${name}": it must be one of ${LOSSES.join(", ")}`);
  }
  const target = b.input("target", prediction.shape);
  const all = { ...LOSS_ATTRIBUTES[name], ...attributes, reduction };
  return b.mark("loss", b.apply(name, [prediction, target], all));
}
