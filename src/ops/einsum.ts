import { InvalidProgramError } from "../core/errors.js";
import { showShape, sizeOf, stridesOf, type Shape } from "../core/shape.js";
import { walk } from "./axes.js";
import { multilinear, type MultilinearTaps } from "./multilinear.js";
import { real, register, type DrawContext } from "./op.js";

type EinsumAttributes = { readonly equation: string };

/** What an equation asks for, and equations that ask for it. */
const EQUATIONS: Readonly<Record<string, readonly string[]>> = {
  transpose: ["ij->ji", "ijk->kij", "ijkl->ljik"],
  sum: ["ij->j", "ijk->", "ijk->j", "i->"],
  diagonal: ["ii->i", "iji->ij", "iij->ji"],
  trace: ["ii->", "iij->j"],
  product: ["ij,jk->ik", "ij,j->i", "ijk,kl->ijl", "ijk,jkl->il"],
  transposed: ["ij,jk->ki", "ji,jk->ki", "ij,kj->ik", "ijk,jl->lki"],
  inner: ["i,i->", "ij,ij->", "ij,ji->"],
  outer: ["i,j->ij", "i,jk->kij", "i,j->ji"],
  elementwise: ["i,i->i", "ij,ij->ij", "ij,ij->i", "ij,i->ij"],
  batch: ["bij,bjk->bik", "bij,bkj->bik", "abij,abjk->abik", "bi,bi->b"],
  "one-sided sum": ["ij,jk->k", "ij,k->k", "i,j->", "ij,jk->j"],
  repeated: ["ii,ij->j", "ij,jj->i", "ii,jj->ij", "ii,i->"],
  three: ["ij,jk,kl->il", "i,j,k->ijk", "i,i,i->", "bi,ij,bj->b", "ij,ij,jk->ki"],
};

interface Parsed {
  /** Labels of the axes of each input, and of the result. */
  readonly terms: readonly string[];
  readonly result: string;
  readonly labels: readonly string[];
}

/** @throws InvalidProgramError unless it is an explicit equation, and its result is made of labels of the inputs */
function parse(equation: unknown, count: number): Parsed {
  const wrong = (reason: string): InvalidProgramError =>
    new InvalidProgramError(`equation ${JSON.stringify(equation)}: ${reason}`);
  if (typeof equation !== "string" || !/^[a-z]*(,[a-z]*)*->[a-z]*$/.test(equation)) {
    throw wrong('must be like "ij,jk->ik", in small letters');
  }
  const [left, result] = equation.split("->");
  const terms = left.split(",");
  if (terms.length !== count) throw wrong(`is about ${terms.length} inputs, got ${count}`);
  const labels = [...new Set((result + terms.join("")).split(""))];
  if (new Set(result.split("")).size !== result.length) throw wrong("the result names an axis twice");
  const unknown = result.split("").find((label) => !terms.some((term) => term.includes(label)));
  if (unknown !== undefined) throw wrong(`no input has the axis ${unknown} of the result`);
  return { terms, result, labels };
}

/** @throws InvalidProgramError when ranks differ from the equation, or axes of one label from one another */
function lengthsOf(shapes: readonly Shape[], { equation }: EinsumAttributes): Map<string, number> {
  const { terms } = parse(equation, shapes.length);
  const lengths = new Map<string, number>();
  shapes.forEach((shape, k) => {
    if (shape.length !== terms[k].length || !consistent(shape, terms[k], lengths)) {
      throw new InvalidProgramError(
        `equation "${equation}" of ${shapes.map(showShape).join(", ")}: input ${k} does not fit`,
      );
    }
  });
  return lengths;
}

/** Notes the length of each label; false when one has two. */
function consistent(shape: Shape, term: string, lengths: Map<string, number>): boolean {
  return shape.every((length, axis) => {
    const known = lengths.get(term[axis]);
    lengths.set(term[axis], length);
    return known === undefined || known === length;
  });
}

function einsumShape(shapes: readonly Shape[], attributes: EinsumAttributes): Shape {
  const lengths = lengthsOf(shapes, attributes);
  return parse(attributes.equation, shapes.length)
    .result.split("")
    .map((label) => lengths.get(label)!);
}

const taps: MultilinearTaps<EinsumAttributes> = {
  shape: einsumShape,
  taps(shapes, attributes, visit) {
    const lengths = lengthsOf(shapes, attributes);
    const { terms, result, labels } = parse(attributes.equation, shapes.length);
    const loop = labels.map((label) => lengths.get(label)!);
    /** How far a step along each label moves in an array: along several of its axes, where they share the label. */
    const positions = (shape: Shape, names: string): Int32Array => {
      const strides = stridesOf(shape);
      return walk(
        loop,
        labels.map((label) =>
          names.split("").reduce((step, name, axis) => step + (name === label ? strides[axis] : 0), 0),
        ),
      );
    };
    const outputs = positions(einsumShape(shapes, attributes), result);
    const inputs = shapes.map((shape, k) => positions(shape, terms[k]));
    outputs.forEach((o, t) =>
      visit(
        o,
        inputs.map((elements) => elements[t]),
      ),
    );
  },
};

/** Products of all lengths beyond this cost time and show nothing new. */
const MOST_TERMS = 250;

function drawEinsum(context: DrawContext) {
  const { classes, stream } = context;
  const equation = stream.pick(EQUATIONS[classes.equation]);
  const terms = equation.split("->")[0].split(",");
  const labels = [...new Set(terms.join("").split(""))];
  const lengths = labels.map(() => context.length());
  // Equal lengths hide axes that were exchanged from the shape check, the others show them.
  if (lengths.length >= 2 && stream.chance(0.2)) lengths[1] = lengths[0];
  while (sizeOf(lengths.map((length) => Math.max(1, length))) > MOST_TERMS) {
    const longest = lengths.indexOf(Math.max(...lengths));
    lengths[longest] = Math.ceil(lengths[longest] / 2);
  }
  return {
    shapes: terms.map((term) => term.split("").map((label) => lengths[labels.indexOf(label)])),
    attributes: { equation },
  };
}

export const einsum = register<EinsumAttributes>({
  name: "einsum",
  version: 1,
  family: "linear algebra",
  summary:
    "sums of products of elements, by the labels of their axes; labels that the result lacks are summed over",
  source: "ONNX Einsum-12, equations with an arrow and no ellipsis",
  attributes: {
    equation: {
      classes: Object.keys(EQUATIONS),
      summary: "what it asks for; a one-sided sum is over an axis that only one input has",
    },
  },
  arity: { low: 1, high: Infinity },
  inputs: (count) => Array.from({ length: count }, (_, k) => ({ name: `x${k}`, domain: real })),
  kinks: [],
  shape: einsumShape,
  draw: drawEinsum,
  ...multilinear(taps),
  // Libraries multiply three factors in any order.
  textbook: [multilinear(taps, 1), multilinear(taps, 2)],
});
