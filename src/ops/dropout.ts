import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { attribute, checkNumber, elementwise } from "./elementwise.js";
import { bool, real } from "./op.js";

type DropoutAttributes = { readonly rate: number };

const kept = <T>(A: Algebra<T>, rate: number): T => A.sub(A.lift(1), attribute(A, rate));

export const dropout = elementwise<DropoutAttributes>({
  name: "dropout",
  family: "sequence cells and attention",
  summary: "x / (1 − rate) where the mask is true, 0 elsewhere",
  source: "Srivastava et al. 2014, sec. 10, scaled in training; ONNX Dropout-13",
  inputs: { x: real, mask: bool },
  attributes: {
    rate: { classes: ["0", "some"], summary: "the part that is meant to be dropped: none, or 0.1 to 0.9" },
  },
  drawAttributes: ({ classes, stream }) => ({
    rate: classes.rate === "0" ? 0 : stream.pick([0.5, 0.1, 0.3, 0.9]),
  }),
  checkAttributes({ rate }) {
    checkNumber("rate", rate);
    if (!(rate >= 0 && rate < 1)) throw new InvalidProgramError(`rate ${rate}: must be in [0, 1)`);
  },
  simpler: ({ rate }) => (rate === 0 || rate === 0.5 ? [] : [{ rate: 0.5 }]),
  meaning: (A, [x, mask], { rate }) => (A.toNumber(mask) !== 0 ? A.div(x, kept(A, rate)) : A.lift(0)),
  jvp: (A, [dx], [, mask], _y, { rate }) => (A.toNumber(mask) !== 0 ? A.div(dx, kept(A, rate)) : A.lift(0)),
  vjp(A, gy, [, mask], _y, { rate }) {
    const zero = A.lift(0);
    return [A.toNumber(mask) !== 0 ? A.div(gy, kept(A, rate)) : zero, zero];
  },
  textbook: [
    {
      // By the reciprocal, as a mask of 0 and 1/(1 − rate) is made once and multiplied with.
      meaning: (A, [x, mask], { rate }) =>
        A.toNumber(mask) !== 0 ? A.mul(x, A.div(A.lift(1), kept(A, rate))) : A.lift(0),
      vjp(A, gy, [, mask], _y, { rate }) {
        const zero = A.lift(0);
        const factor = A.div(A.lift(1), kept(A, rate));
        return [A.toNumber(mask) !== 0 ? A.mul(gy, factor) : zero, zero];
      },
    },
  ],
});
