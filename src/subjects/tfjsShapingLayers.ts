import { Expression } from "./tfjsExpression.js";
import { layer } from "./tfjsLayerObject.js";

const merge = (
  name: "add" | "multiply" | "maximum" | "minimum" | "average",
  says: string,
): ReturnType<typeof layer> => layer(name, { kind: name, merges: true, says });

const OF_ONE_SHAPE = "tensors, all of the same shape, and returns a single tensor (also of the same shape).";

const MERGES = [
  merge(
    "add",
    `Layer that performs element-wise addition on an \`Array\` of inputs. It takes as input a list of ${OF_ONE_SHAPE}`,
  ),
  merge(
    "multiply",
    `Layer that multiplies (element-wise) an \`Array\` of inputs. It takes as input an Array of ${OF_ONE_SHAPE}`,
  ),
  merge(
    "maximum",
    `Layer that computes the element-wise maximum of an \`Array\` of inputs. It takes as input a list of ${OF_ONE_SHAPE}`,
  ),
  merge(
    "minimum",
    `Layer that computes the element-wise minimum of an \`Array\` of inputs. It takes as input a list of ${OF_ONE_SHAPE}`,
  ),
  merge(
    "average",
    `Layer that performs element-wise averaging on an \`Array\` of inputs. It takes as input a list of ${OF_ONE_SHAPE}`,
  ),
  layer("concatenate", {
    kind: "concatenate",
    config: { axis: -1 },
    merges: true,
    says:
      "Layer that concatenates an `Array` of inputs. It takes a list of tensors, all of the same shape except for the " +
      "concatenation axis, and returns a single tensor, the concatenation of all inputs.",
  }),
  layer("dot", {
    kind: "dot",
    config: { normalize: false },
    merges: true,
    says:
      "Layer that computes a dot product between samples in two tensors. axes: Axis or axes along which the dot " +
      "product will be taken. normalize: Whether to L2-normalize samples along the dot product axis before taking the " +
      "dot product. If set to `true`, the output of the dot product is the cosine proximity between the two samples.",
  }),
];

const SHAPES = [
  layer("flatten", {
    kind: "flatten",
    says: "Flattens the input. Does not affect the batch size. A `Flatten` layer flattens each batch in its inputs to 1D.",
  }),
  layer("reshape", { kind: "reshape", says: "Reshapes an input to a certain shape." }),
  layer("permute", {
    kind: "permute",
    says: "Permutes the dimensions of the input according to a given pattern.",
  }),
  layer("repeatVector", {
    kind: "repeatVector",
    says: "Repeats the input n times in a new dimension.",
  }),
  layer("timeDistributed", {
    kind: "dense",
    config: { activation: "linear", bias: true },
    weighted: true,
    wraps: (options) =>
      Expression.call("layers.timeDistributed", { layer: Expression.call("layers.dense", options) }),
    says: "This wrapper applies a layer to every temporal slice of an input.",
  }),
];

const LOOKED_UP = [
  layer("embedding", {
    kind: "embedding",
    weighted: true,
    options: {
      vocabulary: (inputDim) => ({ inputDim }),
      width: (outputDim) => ({ outputDim }),
    },
    says: "Maps positive integers (indices) into dense vectors of fixed size. E.g. [[4], [20]] -> [[0.25, 0.1], [0.6, -0.2]]",
  }),
  layer("categoryEncoding", {
    kind: "categoryEncoding",
    config: { outputMode: "multiHot" },
    options: { tokens: (numTokens) => ({ numTokens }) },
    says:
      "outputMode: oneHot: Encodes each individual element in the input into an array of `numTokens` size, containing " +
      "a 1 at the element index. multiHot: Encodes each sample in the input into a single array of `numTokens` size, " +
      "containing a 1 for each vocabulary term present in the sample. count: Like `multiHot`, but the int array " +
      "contains a count of the number of times the token at that index appeared in the sample.",
  }),
  layer("rescaling", {
    kind: "rescaling",
    says: "This layer rescales every value of an input (often an image) by multiplying by `scale` and adding `offset`.",
  }),
  layer("masking", {
    kind: "masking",
    says:
      "Masks a sequence by using a mask value to skip timesteps. If all features for a given sample timestep are equal " +
      "to `mask_value`, then the sample timestep will be masked (skipped) in all downstream layers.",
  }),
];

export const TFJS_SHAPING_LAYERS = [...MERGES, ...SHAPES, ...LOOKED_UP];
