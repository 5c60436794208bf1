import { InvalidProgramError } from "../core/errors.js";
import { sameShape, showShape, type Shape } from "../core/shape.js";
import { groupsOf } from "./axes.js";
import { drawShape } from "./drawShape.js";
import { checkPositive } from "./elementwise.js";
import {
  alongLastAxis,
  drawEpsilon,
  EPSILON,
  forgetting,
  normalizeGroups,
  normalizeGroupsCarefully,
  scaleAndOffset,
  type AffineAttributes,
  type Layout,
} from "./normalizeGroups.js";
import { real, register, type DrawContext } from "./op.js";
import { careful, rootMeanSquare, rootMeanSquareComposed, textbookForms } from "./standardize.js";

const family = "normalisation";

/** @throws InvalidProgramError unless there is something to normalise, and its parameters fit */
function lastAxisShape(
  name: string,
  shapes: readonly Shape[],
  { epsilon, affine }: AffineAttributes,
  parametersWhenAffine: number,
): Shape {
  const [x, ...parameters] = shapes;
  const length = x.at(-1);
  if (length === undefined || length === 0) {
    throw new InvalidProgramError(
      `${name} of ${showShape(x)}: the last axis holds nothing to normalise, it must hold one element at least`,
    );
  }
  checkPositive("epsilon", epsilon);
  const wanted = affine ? parametersWhenAffine : 0;
  if (parameters.length !== wanted || !parameters.every((shape) => sameShape(shape, [length]))) {
    throw new InvalidProgramError(
      `${name} with affine ${affine} takes x${affine ? ` and ${wanted} of shape [${length}]` : " alone"}, got ${shapes.map(showShape).join(", ")}`,
    );
  }
  return x;
}

const layerLayout = alongLastAxis<AffineAttributes>({
  shape: (shapes, attributes) => lastAxisShape("layerNorm", shapes, attributes, 2),
  parameters: scaleAndOffset,
});
const rmsLayout = alongLastAxis<AffineAttributes>({
  shape: (shapes, attributes) => lastAxisShape("rmsNorm", shapes, attributes, 1),
  parameters: ({ affine }) => (affine ? { scale: 1 } : {}),
});

function drawRows(context: DrawContext, parameters: number) {
  const { stream, classes } = context;
  const rank = context.rank(1, 4);
  const x = drawShape(context, rank, [rank - 1]);
  // Of one element nothing is left, of two only the sign: both on purpose, and both seldom.
  if (context.together === undefined && x[rank - 1] < 3 && stream.chance(0.8)) x[rank - 1] = stream.int(3, 5);
  const affine = classes.affine === "true";
  const given = Array.from({ length: affine ? parameters : 0 }, () => [x[rank - 1]]);
  return { shapes: [x, ...given], attributes: { epsilon: drawEpsilon(context), affine } };
}

const named = (names: readonly string[]) => names.map((name) => ({ name, domain: real }));

export const layerNorm = register<AffineAttributes>({
  name: "layerNorm",
  version: 1,
  family,
  summary: "(x − mean) / √(variance + epsilon) along the last axis, times scale plus offset when affine",
  source: "Ba, Kiros and Hinton 2016; ONNX LayerNormalization-17",
  attributes: {
    epsilon: EPSILON,
    affine: {
      classes: ["false", "true"],
      summary: "with inputs scale and offset, of the last axis's length",
    },
  },
  arity: { low: 1, high: 3 },
  inputs: (count) => named(["x", "scale", "offset"].slice(0, count)),
  kinks: [],
  normalization: forgetting(layerLayout, { centres: true }),
  shape: layerLayout.shape,
  draw: (context) => drawRows(context, 2),
  simpler: ({ epsilon, affine }) => (epsilon === 1 ? [] : [{ epsilon: 1, affine }]),
  ...normalizeGroupsCarefully(layerLayout, careful),
  textbook: textbookForms.map((form) => normalizeGroups(layerLayout, form)),
});

export const rmsNorm = register<AffineAttributes>({
  name: "rmsNorm",
  version: 1,
  family,
  summary: "x / √(mean of x² + epsilon) along the last axis, times scale when affine",
  source: "Zhang and Sennrich 2019; ONNX RMSNormalization-23",
  attributes: {
    epsilon: EPSILON,
    affine: { classes: ["false", "true"], summary: "with an input scale, of the last axis's length" },
  },
  arity: { low: 1, high: 2 },
  inputs: (count) => named(["x", "scale"].slice(0, count)),
  kinks: [],
  normalization: forgetting(rmsLayout, { centres: false }),
  shape: rmsLayout.shape,
  draw: (context) => drawRows(context, 1),
  simpler: ({ epsilon, affine }) => (epsilon === 1 ? [] : [{ epsilon: 1, affine }]),
  ...normalizeGroupsCarefully(rmsLayout, rootMeanSquare),
  textbook: [normalizeGroups(rmsLayout, rootMeanSquareComposed)],
});

type GroupNormAttributes = AffineAttributes & {
  readonly groups: number;
  readonly channels: "second" | "last";
};

/** @throws InvalidProgramError for a name that is neither */
function channelAxis(x: Shape, { channels }: GroupNormAttributes): number {
  if (channels !== "second" && channels !== "last") {
    throw new InvalidProgramError(`channels ${JSON.stringify(channels)}: must be "second" or "last"`);
  }
  return channels === "second" ? 1 : x.length - 1;
}

/** @throws InvalidProgramError unless the channels can be divided, and the parameters fit */
function groupNormShape(shapes: readonly Shape[], attributes: GroupNormAttributes): Shape {
  const [x, ...parameters] = shapes;
  const { epsilon, affine, groups } = attributes;
  if (x.length < 2 || x.slice(1).includes(0)) {
    throw new InvalidProgramError(
      `groupNorm of ${showShape(x)}: needs a batch, channels, and something to normalise: two axes at least, of which only the first may be empty`,
    );
  }
  checkPositive("epsilon", epsilon);
  const count = x[channelAxis(x, attributes)];
  if (!Number.isInteger(groups) || groups < 1 || count % groups !== 0) {
    throw new InvalidProgramError(`groupNorm: ${count} channels do not make ${groups} equal groups`);
  }
  const wanted = affine ? 2 : 0;
  if (parameters.length !== wanted || !parameters.every((shape) => sameShape(shape, [count]))) {
    throw new InvalidProgramError(
      `groupNorm with affine ${affine} takes x${affine ? ` and 2 of shape [${count}]` : " alone"}, got ${shapes.map(showShape).join(", ")}`,
    );
  }
  return x;
}

const groupLayout: Layout<GroupNormAttributes> = {
  shape: groupNormShape,
  // In row-major order, splitting the channels into groups moves nothing.
  groups(x, attributes) {
    const axis = channelAxis(x, attributes);
    const split = [...x.slice(0, axis), attributes.groups, x[axis] / attributes.groups, ...x.slice(axis + 1)];
    return groupsOf(
      split,
      split.map((_, a) => a).filter((a) => a !== 0 && a !== axis),
    );
  },
  channels: (x, attributes) => x.map((length, axis) => (axis === channelAxis(x, attributes) ? length : 1)),
  parameters: scaleAndOffset,
};

export const groupNorm = register<GroupNormAttributes>({
  name: "groupNorm",
  version: 1,
  family,
  summary:
    "(x − mean) / √(variance + epsilon) over groups of channels of each element of the batch, times scale plus offset when affine",
  source: "Wu and He 2018; ONNX GroupNormalization-21",
  attributes: {
    epsilon: EPSILON,
    affine: { classes: ["false", "true"], summary: "with inputs scale and offset, one number per channel" },
    groups: {
      classes: ["one", "several", "each channel"],
      summary: "all channels together, some of them, each for itself (instance normalisation)",
    },
    channels: { classes: ["second", "last"], summary: "which axis holds the channels" },
  },
  arity: { low: 1, high: 3 },
  inputs: (count) => named(["x", "scale", "offset"].slice(0, count)),
  kinks: [],
  normalization: forgetting(groupLayout, { centres: true, usual: { affine: "true", channels: "last" } }),
  shape: groupNormShape,
  draw(context) {
    const { stream, classes } = context;
    // Many elements of a group lie along other axes than that of the channels.
    const rank = context.rank(context.together === "many" ? 3 : 2, 5);
    const channels = classes.channels === "second" ? "second" : "last";
    const axis = channels === "second" ? 1 : rank - 1;
    const [groups, count] = drawGroups(context, rank);
    const others = Array.from({ length: rank - 1 }, (_, a) => a + 1);
    const joint = context.together === "many" ? others.filter((a) => a !== axis) : others;
    const spatial = drawShape(context, rank, joint, Math.floor(60 / count));
    const x = spatial.map((length, a) => (a === axis ? count : length));
    const affine = classes.affine === "true";
    // Of each channel for itself nothing is left where it has one number: seldom, and on purpose.
    if (
      context.together === undefined &&
      classes.groups === "each channel" &&
      rank > 2 &&
      x.every((length, a) => a === 0 || a === axis || length === 1)
    ) {
      x[axis === 1 ? rank - 1 : 1] = stream.int(2, 4);
    }
    return {
      shapes: [x, ...(affine ? [[count], [count]] : [])],
      attributes: { epsilon: drawEpsilon(context), affine, groups, channels },
    };
  },
  adapt([x], attributes) {
    if (x.length < 2) return undefined;
    const count = x[channelAxis(x, attributes)];
    return count % attributes.groups === 0 ? attributes : { ...attributes, groups: 1 };
  },
  simpler: (attributes) => [
    ...(attributes.epsilon === 1 ? [] : [{ ...attributes, epsilon: 1 }]),
    ...(attributes.groups === 1 ? [] : [{ ...attributes, groups: 1 }]),
  ],
  ...normalizeGroupsCarefully(groupLayout, careful),
  textbook: textbookForms.map((form) => normalizeGroups(groupLayout, form)),
});

/** Number of groups, and of channels. */
function drawGroups({ stream, classes, together }: DrawContext, rank: number): [number, number] {
  if (together === "one") {
    const count = classes.groups === "one" ? 1 : stream.int(2, 12);
    return [count, count];
  }
  if (classes.groups === "one") return [1, stream.int(2, 5)];
  if (classes.groups === "several")
    return stream.pick([
      [2, 4],
      [2, 6],
      [3, 6],
    ]);
  // Of single numbers nothing is left: with rank 2 that is all there is.
  const count = rank === 2 ? 1 : stream.int(2, 4);
  return [count, count];
}
