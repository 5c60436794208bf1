import type { Attributes } from "../record/program.js";
import { Expression } from "./tfjsExpression.js";
import type { TfjsOp } from "./tfjsOp.js";

const { call, constant } = Expression;

const reductionOf = ({ reduction }: Attributes): Expression =>
  constant(
    reduction === "none" ? "Reduction.NONE" : reduction === "mean" ? "Reduction.MEAN" : "Reduction.SUM",
  );

export const TFJS_LOSSES: Readonly<Record<string, TfjsOp>> = {
  mse: {
    call: ([prediction, target], p) =>
      call("losses.meanSquaredError", target, prediction, undefined, reductionOf(p)),
  },
  mae: {
    call: ([prediction, target], p) =>
      call("losses.absoluteDifference", target, prediction, undefined, reductionOf(p)),
  },
  huber: {
    call: ([prediction, target], p) =>
      call("losses.huberLoss", target, prediction, undefined, p.delta, reductionOf(p)),
  },
  hinge: {
    call: ([prediction, target], p) =>
      call("losses.hingeLoss", target, prediction, undefined, reductionOf(p)),
    refuses: ({ labels }) =>
      labels === "0 and 1" ? undefined : "hingeLoss converts binary labels to (-1, 1) itself",
  },
  logLoss: {
    call: ([prediction, target], p) =>
      call("losses.logLoss", target, prediction, undefined, p.epsilon, reductionOf(p)),
  },
  binaryCrossEntropy: {
    call: ([prediction, target], p) =>
      p.from === "logits"
        ? call("losses.sigmoidCrossEntropy", target, prediction, undefined, 0, reductionOf(p))
        : call("metrics.binaryCrossentropy", target, prediction),
    refuses: ({ from, reduction }, [{ length: rank }]) =>
      from === "logits" || (reduction === "mean" && rank === 1)
        ? undefined
        : "metrics.binaryCrossentropy takes the mean over the last axis, and nothing else",
  },
  cosineDistance: {
    call: ([prediction, target], p) =>
      call("losses.cosineDistance", target, prediction, p.axis, undefined, reductionOf(p)),
  },
  softmaxCrossEntropy: {
    call: ([logits, labels], p) =>
      call("losses.softmaxCrossEntropy", labels, logits, undefined, 0, reductionOf(p)),
  },
};
