import { layer } from "./tfjsLayerObject.js";

const AT_TRAINING = "As it is a regularization layer, it is only active at training time.";

const NO_SEED = ["seed"];
const NO_MASK = ["seed", "noiseShape"];

/** Without `training: true` they return what they are given; with it they are random. None takes a mask. */
export const TFJS_RANDOM_LAYERS = [
  layer("dropout", {
    kind: "dropout",
    says:
      "Dropout consists in randomly setting a fraction `rate` of input units to 0 at each update during training " +
      "time, which helps prevent overfitting.",
  }),
  layer("spatialDropout1d", {
    kind: "spatialDropout",
    // Of the example that follows, and not of the paper that is cited.
    config: { maps: "steps" },
    fixed: ["maps"],
    lacks: ["noiseShape"],
    says:
      "This Layer type performs the same function as the Dropout layer, but it drops entire 1D feature maps instead " +
      "of individual elements. For example, if an input example consists of 3 timesteps and the feature map for each " +
      "timestep has a size of 4, a `spatialDropout1d` layer may zero out the feature maps of the 1st timesteps and " +
      "2nd timesteps completely while sparing all feature elements of the 3rd timestep.",
  }),
  layer("alphaDropout", {
    kind: "alphaDropout",
    lacks: NO_SEED,
    says:
      `${AT_TRAINING} Alpha Dropout is a \`Dropout\` that keeps mean and variance of inputs to their original values, ` +
      "in order to ensure the self-normalizing property even after this dropout. Alpha Dropout fits well to Scaled " +
      "Exponential Linear Units by randomly setting activations to the negative saturation value.",
  }),
  layer("gaussianDropout", {
    kind: "gaussianDropout",
    lacks: NO_MASK,
    says:
      `Apply multiplicative 1-centered Gaussian noise. ${AT_TRAINING} rate: float, drop probability (as with ` +
      "`Dropout`). The multiplicative noise will have standard deviation `sqrt(rate / (1 - rate))`.",
  }),
  layer("gaussianNoise", {
    kind: "gaussianNoise",
    lacks: NO_MASK,
    says:
      `Apply additive zero-centered Gaussian noise. ${AT_TRAINING} stddev: float, standard deviation of the noise ` +
      "distribution.",
  }),
  layer("randomWidth", {
    kind: "randomWidth",
    says:
      "A preprocessing layer which randomly varies image width during training. By default, this layer is inactive " +
      "during inference.",
  }),
];
