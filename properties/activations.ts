import { drawCase, type CaseSpec } from "../src/arbitraries/drawCase.js";
import { drawFarOut, drawLadder, drawThresholds, exampleAttributes } from "../src/arbitraries/drawLadder.js";
import type { DrawRequest, Property } from "../src/campaign/property.js";
import type { Stream } from "../src/core/random.js";
import { idempotence as idempotenceLaw } from "../src/laws/idempotence.js";
import { identities as identitiesLaw } from "../src/laws/identities.js";
import { monotonicity } from "../src/laws/monotonicity.js";
import { saturation as saturationLaw } from "../src/laws/saturation.js";
import { scaling } from "../src/laws/scaling.js";
import { slopes as slopesLaw } from "../src/laws/slopes.js";
import { specialValues as specialValuesLaw } from "../src/laws/specialValues.js";
import { symmetry as symmetryLaw } from "../src/laws/symmetry.js";
import { tails as tailsLaw } from "../src/laws/tails.js";
import type { Curve } from "../src/ops/curve.js";
import type { AnyOp } from "../src/ops/op.js";
import type { Case } from "../src/record/case.js";

/**
 * What activations promise, and with them every op whose record says something of its graph.
 *
 * Bounds of values and derivatives belong to the area too (claims C005 and C009: 0 ≤ sigmoid′ ≤ ¼, values in [0, 1]). They
 * are `calculus/bounds` and `calculus/proved-bounds`, since most ops that have some are no activations; and choices at
 * a kink are `calculus/kinks`.
 */

type Fact = (curve: Curve) => boolean;

const HAS = {
  order: ({ monotone, bell }) => monotone !== undefined || bell === true,
  symmetry: (curve) => curve.symmetry !== undefined,
  homogeneity: (curve) => curve.homogeneous !== undefined,
  idempotence: (curve) => curve.idempotent === true,
  saturation: (curve) => curve.saturates !== undefined,
  tails: ({ limits }) => limits?.derivative.includes(0) ?? false,
  straight: (curve) => curve.straight !== undefined,
  identities: (curve) => curve.identities !== undefined,
  anything: () => true,
} satisfies Record<string, Fact>;

/** Ops that have a fact with some attributes at least. */
const having =
  (fact: Fact) =>
  ({ curve, ...op }: AnyOp): boolean =>
    curve !== undefined && exampleAttributes({ ...op, curve }).some((attributes) => fact(curve(attributes)));

/** Draws cases in which the fact holds. */
const ordinary =
  (fact: Fact, spec: Partial<CaseSpec> = {}) =>
  (stream: Stream, op: AnyOp | undefined, { dtype, classes }: DrawRequest): Case => {
    for (let attempt = 0; ; attempt++) {
      const c = drawCase(stream, op!, { dtype, classes, ...spec });
      if (fact(op!.curve!(c.program.nodes[0].attributes))) return c;
      if (attempt === 64) throw new Error(`${op!.name} hardly ever has what its record says`);
    }
  };

const points =
  (draw: typeof drawLadder, fact: Fact) =>
  (stream: Stream, op: AnyOp | undefined, { dtype, classes }: DrawRequest): Case =>
    draw(stream, op!, { dtype, classes, suits: (attributes) => fact(op!.curve!(attributes)) });

export const monotone: Property = {
  name: "activation/monotone",
  statement:
    "Values rise or fall with the input throughout, and bell-shaped derivatives fall on both sides of 0, up to rounding.",
  source: "claims C005, C061 and C063",
  law: monotonicity,
  about: having(HAS.order),
  perClass: false,
  draw: points(drawLadder, HAS.order),
};

export const symmetry: Property = {
  name: "activation/symmetry",
  statement:
    "At −x value and derivative are what they must be: odd or even, 1 − f(x) for sigmoid, f(x) − x for softplus, silu and gelu.",
  source: "claims C010, C011 and C063: tanh is odd, σ(−x) = 1 − σ(x), derivatives are even",
  law: symmetryLaw,
  about: having(HAS.symmetry),
  perClass: false,
  draw: ordinary(HAS.symmetry),
};

export const homogeneity: Property = {
  name: "activation/homogeneity",
  statement:
    "Scaling the input by a power of two scales values by it to the degree, and gradients by one degree less, bit for bit.",
  source: "claim C024: relu(c·x) = c·relu(x); scaling by 2ᵏ is exact (IEEE 754)",
  law: scaling,
  about: having(HAS.homogeneity),
  perClass: false,
  draw: ordinary(HAS.homogeneity),
};

export const idempotence: Property = {
  name: "activation/idempotence",
  statement: "Applied again, it changes nothing: relu(relu(x)) is relu(x), bit for bit.",
  source: "claim C024",
  law: idempotenceLaw,
  about: having(HAS.idempotence),
  perClass: false,
  draw: ordinary(HAS.idempotence),
};

export const saturation: Property = {
  name: "activation/saturation",
  statement:
    "Values reach their limits only from the input on where an accepted formula does, lie strictly inside before it, and never beyond.",
  source:
    "claim C009: sigmoid is 1 from 53·ln 2 or 25·ln 2 on, tanh from 19.0615 or 9.0109, in float64 and float32",
  law: saturationLaw,
  about: having(HAS.saturation),
  perClass: false,
  draw: points(drawThresholds, HAS.saturation),
};

export const tails: Property = {
  name: "activation/tails",
  statement:
    "Far out derivatives are small and not 0, and values near their limits: e^−|x|/4 ≤ sigmoid′ ≤ e^−|x|.",
  source: "claims C010, C011 and C012",
  law: tailsLaw,
  about: having(HAS.tails),
  perClass: false,
  draw: points(drawFarOut, HAS.tails),
};

export const slopes: Property = {
  name: "activation/slopes",
  statement:
    "Where the function is straight its derivative is the slope, exactly: 0 or 1 for relu; at a kink it lies between both.",
  source: "claims C022, C073 and C074",
  law: slopesLaw,
  about: having(HAS.straight),
  perClass: false,
  draw: ordinary(HAS.straight),
};

export const specialValues: Property = {
  name: "activation/special-values",
  statement: "NaN in gives NaN out, ±∞ give the limits, and neither touches the numbers beside it.",
  source: "IEEE 754-2019, sec. 6.2; Python Array API 2023.12, special cases",
  law: specialValuesLaw,
  about: having(HAS.anything),
  perClass: false,
  draw: ordinary(HAS.anything, { region: "normal" }),
};

export const identities: Property = {
  name: "activation/identities",
  statement:
    "Ops that are made of each other agree: softplus′ = sigmoid, logSigmoid(x) = −softplus(−x), up to rounding.",
  source: "claims, section 2.2",
  law: identitiesLaw,
  about: having(HAS.identities),
  perClass: false,
  draw: ordinary(HAS.identities),
};
