import type { Attributes } from "../record/program.js";
import { Expression } from "./tfjsExpression.js";
import type { Shapes, TfjsLayer, TfjsOp } from "./tfjsOp.js";

const { call } = Expression;

/** Which inputs hold scale and offset, after x and, in inference, mean and variance. */
function places({ parameters, training }: Attributes): { scale?: number; offset?: number } {
  const first = training === true ? 1 : 3;
  const scale = (parameters as string).startsWith("scale");
  const offset = (parameters as string).endsWith("offset");
  return { ...(scale && { scale: first }), ...(offset && { offset: scale ? first + 1 : first }) };
}

const isLastAxis = ({ axis }: Attributes, [{ length: rank }]: Shapes): boolean =>
  axis === -1 || axis === rank - 1;

/** The op takes the channels to be the last axis, and knows no training; the layer has both. */
const isOp = (attributes: Attributes, shapes: Shapes): boolean =>
  attributes.training === false && isLastAxis(attributes, shapes);

function layer(attributes: Attributes): TfjsLayer {
  const { axis, epsilon, training } = attributes;
  const { scale, offset } = places(attributes);
  return {
    create: call("layers.batchNormalization", {
      axis,
      epsilon,
      center: offset !== undefined,
      scale: scale !== undefined,
    }),
    appliedTo: [0],
    // Trainable ones first; in training the moving statistics, which stand behind them, take no part.
    weights: [scale, offset, ...(training === true ? [] : [1, 2])].filter((k) => k !== undefined),
    ...(training === true && { options: { training } }),
  };
}

export const batchNorm: TfjsOp = {
  call(xs, attributes, shapes) {
    if (!isOp(attributes, shapes)) return layer(attributes).create.applyTo(xs[0]);
    const { scale, offset } = places(attributes);
    const [x, mean, variance] = xs;
    const at = (k: number | undefined): Expression | undefined => (k === undefined ? undefined : xs[k]);
    return call("batchNorm", x, mean, variance, at(offset), at(scale), attributes.epsilon);
  },
  layer: (attributes, shapes) => (isOp(attributes, shapes) ? undefined : layer(attributes)),
  refuses(attributes, shapes) {
    const [{ length: rank }] = shapes;
    return isOp(attributes, shapes) || (rank >= 2 && rank <= 4)
      ? undefined
      : `batchNormalization is not implemented for array of rank ${rank} yet`;
  },
};
