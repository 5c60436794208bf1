import { tensor, type Tensor } from "../core/tensor.js";
import type { Shape } from "../core/shape.js";
import { ProgramBuilder, type Value } from "../program/builder.js";
import type { CheckedProgram } from "../program/program.js";
import type { Attributes } from "../record/program.js";

/** An op written out in simpler ones: the op's own inputs come first, then the numbers that the formula has. */
export interface Composition {
  readonly program: CheckedProgram;
  readonly constants: readonly Tensor[];
}

/** How a library that has the simpler ops writes the op. Where a fault of those is, the op has it too. */
interface Formula {
  readonly constants?: readonly number[] | ((attributes: Attributes) => readonly number[]);
  /** @returns the outputs; undefined where these attributes are another formula */
  write(at: Place): readonly Value[] | undefined;
}

interface Place {
  readonly apply: (op: string, ...inputs: Value[]) => Value;
  readonly applyWith: (op: string, attributes: Attributes, ...inputs: Value[]) => Value;
  readonly xs: readonly Value[];
  readonly shapes: readonly Shape[];
  readonly constants: readonly Value[];
  readonly attributes: Attributes;
}

/** Columns of one gate, of an array with the columns of all of them. */
function gateColumns({ xs, shapes, applyWith }: Place, input: number, gate: number, gates: number): Value {
  const shape = shapes[input];
  const width = shape[shape.length - 1] / gates;
  const before = shape.slice(0, -1);
  const attributes = { begin: [...before.map(() => 0), gate * width], size: [...before, width] };
  return applyWith("slice", attributes, xs[input]);
}

const product = ({ applyWith }: Place, a: Value, b: Value): Value =>
  applyWith("matmul", { transposeA: false, transposeB: false }, a, b);

/** x·kernel + h·recurrentKernel + bias of one gate; the weights are the inputs from `from` on. */
function gateSum(at: Place, h: Value, from: number, gate: number, gates: number): Value {
  const [kernel, recurrent, bias] = [0, 1, 2].map((k) => gateColumns(at, from + k, gate, gates));
  return at.apply("add", at.apply("add", product(at, at.xs[0], kernel), product(at, h, recurrent)), bias);
}

/** One over all rows of a batch, or the mean: as losses are reduced. */
function reduced({ applyWith, attributes }: Place, loss: Value): Value {
  const { reduction } = attributes;
  return reduction === "none" ? loss : applyWith(reduction as string, { axes: "all", keepdims: false }, loss);
}

const FORMULAS: Readonly<Record<string, Formula>> = {
  silu: { write: ({ apply, xs: [x] }) => [apply("multiply", x, apply("sigmoid", x))] },
  mish: {
    write: ({ apply, xs: [x] }) => [apply("multiply", x, apply("tanh", apply("softplus", x)))],
  },
  gelu: {
    constants: [0.5, 1, Math.SQRT1_2, Math.sqrt(2 / Math.PI), 0.044715],
    write({ apply, xs: [x], constants: [half, one, rootHalf, scale, cubic], attributes }) {
      const bent =
        attributes.approximate === "tanh"
          ? apply(
              "tanh",
              apply(
                "multiply",
                scale,
                apply("add", x, apply("multiply", cubic, apply("multiply", x, apply("square", x)))),
              ),
            )
          : apply("erf", apply("multiply", x, rootHalf));
      return [apply("multiply", apply("multiply", half, x), apply("add", one, bent))];
    },
  },
  // Of logits: relu(x) − x·target + ln(1 + e^−|x|), which cannot overflow.
  binaryCrossEntropy: {
    write(at) {
      const { apply, xs, attributes } = at;
      if (attributes.from !== "logits") return undefined;
      const [x, target] = xs;
      const rest = apply("log1p", apply("exp", apply("negative", apply("abs", x))));
      return [
        reduced(at, apply("add", apply("subtract", apply("relu", x), apply("multiply", x, target)), rest)),
      ];
    },
  },
  rnnCell: {
    write: (at) => [at.apply(at.attributes.activation as string, gateSum(at, at.xs[1], 2, 0, 1))],
  },
  gruCell: {
    constants: [1],
    write(at) {
      const { apply, attributes, xs, constants } = at;
      if (attributes.resetAfter === true) return undefined;
      const h = xs[1];
      const [zPlace, rPlace, nPlace] = Array.from("zrn", (name) =>
        (attributes.gates as string).indexOf(name),
      );
      const gate = (place: number): Value =>
        apply(attributes.recurrentActivation as string, gateSum(at, h, 2, place, 3));
      const z = gate(zPlace);
      const n = apply("tanh", gateSum(at, apply("multiply", gate(rPlace), h), 2, nPlace, 3));
      const rest = apply("subtract", constants[0], z);
      const [keeps, takes] = attributes.keeps === "z" ? [z, rest] : [rest, z];
      return [apply("add", apply("multiply", keeps, h), apply("multiply", takes, n))];
    },
  },
  lstmCell: {
    constants: ({ forgetBias }) => [Number(forgetBias)],
    write(at) {
      const { apply, attributes, xs, constants } = at;
      const sum = (name: string): Value =>
        gateSum(at, xs[1], 3, (attributes.gates as string).indexOf(name), 4);
      const opened = (x: Value): Value => apply(attributes.recurrentActivation as string, x);
      const forgets = opened(apply("add", sum("f"), constants[0]));
      const memory = apply(
        "add",
        apply("multiply", forgets, xs[2]),
        apply("multiply", opened(sum("i")), apply("tanh", sum("g"))),
      );
      return [apply("multiply", opened(sum("o")), apply("tanh", memory)), memory];
    },
  },
};

/** Names of the ops that have a formula here. */
export const COMPOSED: readonly string[] = Object.keys(FORMULAS);

/** What the op of a program of one node is made of; undefined where it is made of nothing else. */
export function compositionOf({
  ops,
  nodes,
  inputs,
  made,
  outputs,
}: CheckedProgram): Composition | undefined {
  const [node] = nodes;
  const formula = nodes.length === 1 ? FORMULAS[ops[0].name] : undefined;
  if (!formula || !outputs.every((value) => made[0].includes(value))) return undefined;
  const builder = new ProgramBuilder();
  const declared = inputs.map(({ shape, type }) => builder.input(shape, type));
  const { constants: stated = [] } = formula;
  const numbers = typeof stated === "function" ? stated(node.attributes) : stated;
  const constants = numbers.map(() => builder.input([]));
  const results = formula.write({
    apply: (op, ...values) => builder.apply(op, values),
    applyWith: (op, attributes, ...values) => builder.apply(op, values, attributes),
    constants,
    xs: node.inputs.map((value) => declared[value]),
    shapes: node.inputs.map((value) => inputs[value].shape),
    attributes: node.attributes,
  });
  return (
    results && {
      program: builder.build(...outputs.map((value) => results[made[0].indexOf(value)])),
      constants: numbers.map((x) => tensor([], [x])),
    }
  );
}
