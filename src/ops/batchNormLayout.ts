import { InvalidProgramError } from "../core/errors.js";
import { normalizeAxis, sameShape, showShape, type Shape } from "../core/shape.js";
import { groupsOf } from "./axes.js";
import { checkPositive } from "./elementwise.js";
import type { Layout } from "./normalizeGroups.js";
import { domain, real, type Input } from "./op.js";

export const PARAMETERS = ["none", "scale", "offset", "scale and offset"] as const;

export type BatchNormAttributes = {
  readonly axis: number;
  readonly epsilon: number;
  readonly training: boolean;
  readonly parameters: (typeof PARAMETERS)[number];
};

const hasScale = ({ parameters }: BatchNormAttributes): boolean =>
  parameters === "scale" || parameters === "scale and offset";
const hasOffset = ({ parameters }: BatchNormAttributes): boolean =>
  parameters === "offset" || parameters === "scale and offset";

export function inputsOf(attributes: BatchNormAttributes): readonly Input[] {
  return [
    { name: "x", domain: real },
    ...(attributes.training
      ? []
      : [
          { name: "mean", domain: real },
          { name: "variance", domain: domain({ low: 0, specials: [0, 1] }) },
        ]),
    ...(hasScale(attributes) ? [{ name: "scale", domain: real }] : []),
    ...(hasOffset(attributes) ? [{ name: "offset", domain: real }] : []),
  ];
}

/** @throws InvalidProgramError unless there is a batch to average, and everything else is one number per channel */
function batchNormShape(shapes: readonly Shape[], attributes: BatchNormAttributes): Shape {
  const [x, ...others] = shapes;
  const { axis, epsilon, training, parameters } = attributes;
  checkPositive("epsilon", epsilon);
  if (!PARAMETERS.includes(parameters)) {
    throw new InvalidProgramError(
      `parameters ${JSON.stringify(parameters)}: must be one of ${PARAMETERS.join(", ")}`,
    );
  }
  const at = normalizeAxis(axis, x.length);
  if (training && x.some((length, a) => a !== at && length === 0)) {
    throw new InvalidProgramError(
      `batchNorm of ${showShape(x)} in training: there is no batch to take the mean of; every axis but that of ` +
        `the channels (${at}) must hold one element at least`,
    );
  }
  const names = inputsOf(attributes).map(({ name }) => name);
  if (others.length !== names.length - 1 || !others.every((shape) => sameShape(shape, [x[at]]))) {
    throw new InvalidProgramError(
      `batchNorm takes ${names.join(", ")}, all but x of shape [${x[at]}], got ${shapes.map(showShape).join(", ")}`,
    );
  }
  return x;
}

/** The batch, and everything else that is not the channel, is normalised together. */
export const layout: Layout<BatchNormAttributes> = {
  shape: batchNormShape,
  groups(x, { axis }) {
    const at = normalizeAxis(axis, x.length);
    return groupsOf(
      x,
      x.map((_, a) => a).filter((a) => a !== at),
    );
  },
  channels: (x, { axis }) => x.map((length, a) => (a === normalizeAxis(axis, x.length) ? length : 1)),
  parameters(attributes) {
    const first = attributes.training ? 1 : 3;
    const scale = hasScale(attributes) ? first : undefined;
    return { scale, offset: hasOffset(attributes) ? (scale ?? first - 1) + 1 : undefined };
  },
};
