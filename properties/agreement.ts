import { drawCase } from "../src/arbitraries/drawCase.js";
import { drawProgram } from "../src/arbitraries/drawProgram.js";
import type { Property } from "../src/campaign/property.js";
import {
  gradientAgreement,
  tangentAgreement,
  valueAgreement,
  wholeAgreement,
} from "../src/laws/agreement.js";
import { hasGradient } from "../src/ops/op.js";

/** Results are what the mathematics says. */

const everyOp = (): boolean => true;

/** The kinks and ties of an op lie among these regions of its inputs. */
const KINK_REGIONS = ["specials", "ties"] as const;

export const value: Property = {
  name: "calculus/value",
  statement: "Outputs agree with the op's meaning, within what careful arithmetic at this precision attains.",
  source: "design: attainable error by random rounding; Higham 2002, ch. 3",
  law: valueAgreement,
  about: everyOp,
  perClass: true,
  draw: (stream, op, { dtype, classes }) => drawCase(stream, op!, { dtype, classes }),
};

export const gradient: Property = {
  name: "calculus/gradient",
  statement: "Gradients of every input agree with the derivative of the op's meaning.",
  source: "Griewank and Walther 2008, ch. 3",
  law: gradientAgreement,
  about: hasGradient,
  perClass: true,
  draw: (stream, op, { dtype, classes }) => drawCase(stream, op!, { dtype, classes }),
};

export const kinks: Property = {
  name: "calculus/kinks",
  statement:
    "At and within an ulp of kinks and ties, gradients lie in the hull of the one-sided ones, and tied inputs share no more than there is.",
  source: "Clarke 1983, sec. 2.3; Bolte and Pauwels 2020",
  law: gradientAgreement,
  about: (op) => op.kinks.length > 0,
  perClass: false,
  draw: (stream, op, { dtype, classes }) =>
    drawCase(stream, op!, { dtype, classes, region: stream.pick(KINK_REGIONS) }),
};

export const degenerateShapes: Property = {
  name: "calculus/degenerate-shapes",
  statement:
    "Tensors with no elements, one element or no axes have the values and gradients that the general rule gives.",
  source: "Python Array API 2023.12: zero-size and zero-dimensional arrays",
  law: wholeAgreement,
  about: hasGradient,
  perClass: false,
  draw: (stream, op, { dtype, classes }) => drawCase(stream, op!, { dtype, classes, shapes: "degenerate" }),
};

export const programs: Property = {
  name: "calculus/programs",
  statement: "Small programs whose nodes share values have the right values, and gradients of the whole.",
  source: "chain rule; Griewank and Walther 2008, sec. 3.3",
  law: wholeAgreement,
  about: "programs",
  perClass: false,
  draw: (stream, _op, { dtype, has, refuses }) => drawProgram(stream, { dtype, has, refuses }),
};

export const forwardMode: Property = {
  name: "calculus/forward-mode",
  statement: "Tangents of the outputs agree with the derivative of the op's meaning.",
  source: "Griewank and Walther 2008, sec. 3.1",
  law: tangentAgreement,
  about: hasGradient,
  perClass: true,
  draw: (stream, op, { dtype, classes }) => drawCase(stream, op!, { dtype, classes }),
};
