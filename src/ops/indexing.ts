import { InvalidProgramError } from "../core/errors.js";
import { normalizeAxis, sizeOf, type Shape } from "../core/shape.js";
import { adaptAxis, AXIS, drawAxis, splitAt } from "./axes.js";
import { drawShape } from "./drawShape.js";
import { linear } from "./linear.js";
import { index, real, register } from "./op.js";

type GatherAttributes = { readonly axis: number };

function gatheredShape([x, indices]: readonly Shape[], { axis }: GatherAttributes): Shape {
  const at = normalizeAxis(axis, x.length);
  return [...x.slice(0, at), ...indices, ...x.slice(at + 1)];
}

const isPosition = (position: number, length: number): boolean =>
  Number.isInteger(position) && position >= 0 && position < length;

export const gather = register<GatherAttributes>({
  name: "gather",
  version: 1,
  family: "indexing",
  summary: "slices of x along an axis, at the given positions",
  source: "ONNX Gather-13, indices not negative",
  attributes: {
    axis: AXIS,
    indices: {
      classes: ["unique", "repeated", "rank 0", "rank 2"],
      summary: "positions along the axis; the gradient of a repeated one is a sum",
    },
  },
  arity: { low: 2, high: 2 },
  inputs: () => [
    { name: "x", domain: real },
    { name: "indices", domain: index },
  ],
  kinks: [],
  shape: gatheredShape,
  draw(context) {
    const { stream, classes } = context;
    const rank = context.rank(1, 3);
    const axis = drawAxis(context, rank);
    const at = normalizeAxis(axis, rank);
    const x = drawShape(context, rank, [at], 30);
    const any = (count: number): number[] => Array.from({ length: count }, () => stream.int(0, x[at] - 1));
    const drawn: Readonly<Record<string, () => [Shape, number[]]>> = {
      unique() {
        const count = Math.min(context.length(), x[at]);
        return [[count], stream.permutation(x[at]).slice(0, count)];
      },
      repeated() {
        const positions = any(stream.int(2, 4));
        positions[0] = positions[positions.length - 1];
        return [[positions.length], positions];
      },
      "rank 0": () => [[], any(1)],
      "rank 2"() {
        const shape = [stream.int(1, 2), Math.min(context.length(), 3)];
        return [shape, any(sizeOf(shape))];
      },
    };
    const [shape, positions] = drawn[classes.indices]();
    return { shapes: [x, shape], attributes: { axis }, values: [undefined, positions] };
  },
  adapt: ([x], attributes) => adaptAxis(x.length, attributes),
  simpler: ({ axis }) => (axis === 0 ? [] : [{ axis: 0 }]),
  repair([x, indices], { axis }) {
    const last = Math.max(0, x.shape[normalizeAxis(axis, x.shape.length)] - 1);
    return [x, { shape: indices.shape, data: indices.data.map((i) => Math.min(i, last)) }];
  },
  accepts([x, indices], { axis }) {
    const { length } = splitAt(x.shape, axis);
    return indices.data.every((position) => isPosition(position, length));
  },
  ...linear<GatherAttributes>({
    shape: gatheredShape,
    positions: 1,
    taps([x], { axis }, visit, positions) {
      const { outer, length, inner } = splitAt(x, axis);
      positions.forEach((position, p) => {
        if (!isPosition(position, length)) {
          throw new InvalidProgramError(`index ${position} is not one of 0..${length - 1}, axis ${axis}`);
        }
        for (let a = 0; a < outer; a++) {
          for (let b = 0; b < inner; b++) {
            visit((a * positions.length + p) * inner + b, 0, (a * length + position) * inner + b);
          }
        }
      });
    },
  }),
  textbook: [],
});
