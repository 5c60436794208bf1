import {
  drawHomogeneousNetwork,
  drawNormalizedNetwork,
  normalizesNetworks,
} from "../src/arbitraries/drawLayered.js";
import { drawEmptyGroup, drawNormalization, drawOutlier } from "../src/arbitraries/drawNormalization.js";
import type { Property } from "../src/campaign/property.js";
import { refusesInvalid } from "../src/laws/behaviour.js";
import { eulerIdentity, HOMOGENEOUS } from "../src/laws/eulerIdentity.js";
import { gradientGeometry } from "../src/laws/gradientGeometry.js";
import { identityRecovered } from "../src/laws/identityRecovered.js";
import { loneElement } from "../src/laws/loneElement.js";
import { outputMoments } from "../src/laws/outputMoments.js";
import { scaleInvariance, weightScale } from "../src/laws/scaleInvariance.js";
import { shiftInvariance } from "../src/laws/shiftInvariance.js";
import { biasWithoutGradient, weightOrthogonality } from "../src/laws/weightsBeforeNorm.js";
import type { AnyOp } from "../src/ops/op.js";

/** What normalisations do, and what they forget. */

const divides = ({ normalization }: AnyOp): boolean => normalization?.divides !== undefined;
const centres = ({ normalization }: AnyOp): boolean => normalization?.centres === true;

export const moments: Property = {
  name: "normalization/moments",
  statement:
    "Outputs have mean 0 and variance v/(v + epsilon) in each group, v its biased variance, before scale and offset.",
  source: "Ioffe and Szegedy 2015, alg. 1; Ba, Kiros and Hinton 2016; Zhang and Sennrich 2019",
  law: outputMoments,
  about: divides,
  perClass: true,
  // Hundreds of elements, too, of which sums may lose the last ones.
  draw: (stream, op, { dtype, classes }) =>
    stream.chance(0.5)
      ? drawNormalization(stream, op!, { dtype, classes, shapes: "crowded", region: "normal" })
      : drawNormalization(stream, op!, { dtype, classes }),
};

export const identity: Property = {
  name: "normalization/identity",
  statement:
    "What is put in comes out again where its own √(v + epsilon) is the scale, and its mean the offset.",
  source: "Ioffe and Szegedy 2015, sec. 3",
  law: identityRecovered,
  about: divides,
  perClass: false,
  draw: (stream, op, { dtype, classes }) => {
    const draw = stream.chance(0.5) ? drawOutlier : drawNormalization;
    return draw(stream, op!, { dtype, classes, affine: true });
  },
};

export const loneElements: Property = {
  name: "normalization/lone-element",
  statement:
    "Of a batch of one, or any other group of one element, the offset is left, and no gradient comes back.",
  source: "x − x = 0 (IEEE 754)",
  law: loneElement,
  about: centres,
  perClass: true,
  draw: (stream, op, { dtype, classes }) =>
    drawNormalization(stream, op!, { dtype, classes, shapes: "alone" }),
};

export const emptyGroup: Property = {
  name: "normalization/empty-group",
  statement: "A batch without elements, or any other group without, is refused: it has no mean.",
  source: "the mean of no elements is 0/0",
  law: refusesInvalid,
  about: divides,
  perClass: false,
  draw: (stream, op, { dtype, classes }) => drawEmptyGroup(stream, op!, { dtype, classes }),
};

export const shift: Property = {
  name: "normalization/shift-invariance",
  statement:
    "A number added to a whole group changes no output and no gradient, and gradients along a group add up to 0.",
  source: "Ba, Kiros and Hinton 2016, table 1; Blanchard, Higham and Higham 2021",
  law: shiftInvariance,
  about: centres,
  perClass: false,
  draw: (stream, op, { dtype, classes }) => drawNormalization(stream, op!, { dtype, classes }),
};

export const scale: Property = {
  name: "normalization/scale-invariance",
  statement:
    "Inputs times 2ᵏ, and epsilon times 4ᵏ, change no output and make gradients 2⁻ᵏ as large, bit for bit.",
  source: "van Laarhoven 2017; scaling by 2ᵏ is exact (IEEE 754)",
  law: scaleInvariance,
  about: divides,
  perClass: false,
  draw: (stream, op, { dtype, classes }) =>
    drawNormalization(stream, op!, { dtype, classes, ownMoments: false }),
};

export const geometry: Property = {
  name: "normalization/gradient-geometry",
  statement:
    "Gradients lose what lies along the mean and the normalised x: ‖gx‖² = (‖g‖² − ⟨1, g⟩²/n − ⟨g, h⟩²/n)/s², but for epsilon.",
  source: "Santurkar et al. 2018, theorem 4.1, with the terms of epsilon",
  law: gradientGeometry,
  about: divides,
  perClass: false,
  draw: (stream, op, { dtype, classes }) =>
    stream.chance(0.5)
      ? drawNormalization(stream, op!, { dtype, classes, shapes: "crowded", region: "normal" })
      : drawNormalization(stream, op!, { dtype, classes }),
};

export const weights: Property = {
  name: "normalization/weights",
  statement:
    "Gradients of weights before a normalisation are orthogonal to them, for all units that are normalised together.",
  source: "van Laarhoven 2017; Arora, Li and Lyu 2019, lemma 2.4",
  law: weightOrthogonality,
  about: normalizesNetworks,
  perClass: false,
  draw: (stream, op, { dtype }) => drawNormalizedNetwork(stream, op!, { dtype, bias: false }),
};

export const bias: Property = {
  name: "normalization/bias",
  statement: "A bias before a normalisation gets no gradient, since the mean takes it away again.",
  source: "Ioffe and Szegedy 2015, sec. 3.2",
  law: biasWithoutGradient,
  about: (op) => normalizesNetworks(op) && centres(op),
  perClass: false,
  draw: (stream, op, { dtype }) => drawNormalizedNetwork(stream, op!, { dtype, bias: true }),
};

export const scaleOfWeights: Property = {
  name: "normalization/weight-scale",
  statement:
    "Weights times 2ᵏ before a normalisation, and epsilon times 4ᵏ: G(2ᵏW) = 2⁻ᵏG(W) and the same outputs, bit for bit.",
  source: "van Laarhoven 2017; scaling by 2ᵏ is exact (IEEE 754)",
  law: weightScale,
  about: normalizesNetworks,
  perClass: false,
  draw: (stream, op, { dtype }) => drawNormalizedNetwork(stream, op!, { dtype, bias: stream.chance(0.5) }),
};

export const euler: Property = {
  name: "normalization/euler",
  statement:
    "Without biases, and with homogeneous activations, ⟨W, ∂C/∂W⟩ is the same number for every layer.",
  source: "Euler's theorem on homogeneous functions; Glorot and Bengio 2010, sec. 4.2.1",
  law: eulerIdentity,
  about: ({ name }) => HOMOGENEOUS.includes(name),
  perClass: false,
  draw: (stream, op, { dtype }) => drawHomogeneousNetwork(stream, op!, { dtype }),
};
