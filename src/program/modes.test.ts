import { describe, expect, it } from "vitest";
import { drawCase } from "../arbitraries/drawCase.js";
import { gamma } from "../core/float.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import { dot } from "../core/sum.js";
import { filled, tensor, type NdArray, type Tensor } from "../core/tensor.js";
import { lastSums } from "../oracles/quantity.js";
import { OPS } from "../ops/index.js";
import { ProgramBuilder, type Value } from "./builder.js";
import { evaluate, evaluateDoubles, textbookForm } from "./evaluate.js";
import { forward } from "./forward.js";
import { check, type CheckedProgram } from "./program.js";
import { reverse } from "./reverse.js";

type Make = (b: ProgramBuilder, x: Value, y: Value) => Value[];

const sumAll = { axes: "all", keepdims: false };
const plain = { transposeA: false, transposeB: false };

/** Graphs over two 2×2 matrices, of ops that are exact for small integers. */
const GRAPHS: readonly (readonly [string, Make])[] = [
  [
    "a value that three nodes share",
    (b, x, y) => {
      const s = b.apply("add", [x, y]);
      const p = b.apply("multiply", [s, x]);
      return [b.apply("subtract", [b.apply("multiply", [p, s]), b.apply("relu", [s])])];
    },
  ],
  [
    "an input read twice by one node",
    (b, x, y) => [b.apply("multiply", [x, x]), b.apply("matmul", [y, y], plain)],
  ],
  ["an input that is not used", (b, x) => [b.apply("multiply", [x, x])]],
  [
    "a node with two outputs, one of which is used twice and the other not at all",
    (b, x, y) => {
      const [top] = b.applyAll("split", [x], { axis: 0, sizes: [1, 1] }, 2);
      return [b.apply("multiply", [b.apply("add", [top, y]), top])];
    },
  ],
  [
    "pieces that are outputs in another order",
    (b, x, y) => {
      const [first, second] = b.applyAll("unstack", [b.apply("multiply", [x, y])], { axis: 1 }, 2);
      return [second, b.apply("multiply", [first, second])];
    },
  ],
  [
    "an output that is an input, and one that is there twice",
    (b, x, y) => [x, b.apply("multiply", [x, y]), x],
  ],
  [
    "an output that another one reads",
    (b, x, y) => {
      const p = b.apply("multiply", [x, y]);
      return [p, b.apply("sum", [p], sumAll)];
    },
  ],
  [
    "a branch that leads nowhere",
    (b, x, y) => {
      b.apply("log", [b.apply("subtract", [x, x])]);
      return [b.apply("matmul", [x, y], plain)];
    },
  ],
  [
    "broadcasting in both directions",
    (b, x, y) => {
      const rows = b.apply("sum", [x], { axes: [1], keepdims: true });
      const columns = b.apply("max", [y], { axes: [0], keepdims: true });
      return [b.apply("multiply", [rows, columns])];
    },
  ],
];

function build(make: Make): CheckedProgram {
  const b = new ProgramBuilder();
  const [x, y] = [b.input([2, 2]), b.input([2, 2])];
  return b.build(...make(b, x, y));
}

/** Σ over all pairs of arrays. */
const inner = (as: readonly (NdArray<number> | null)[], bs: readonly NdArray<number>[]): number =>
  as.reduce(
    (total, a, k) => total + (a ? dot(Float64Array.from(a.data), Float64Array.from(bs[k].data)) : 0),
    0,
  );

const drawInto = (shape: readonly number[], draw: () => number): Tensor => {
  const x = filled(shape, 0);
  return { shape: x.shape, data: x.data.map(draw) };
};

/** Both modes of a program at a point drawn by `draw`. */
function modes(program: CheckedProgram, draw: () => number) {
  const inputs = program.inputs.map(({ shape }) => drawInto(shape, draw));
  const tangents = program.inputs.map(({ shape }) => drawInto(shape, draw));
  const cotangents = program.outputs.map((value) => drawInto(program.shapes[value], draw));
  const values = evaluate(DOUBLES, program, inputs);
  const gx = reverse(DOUBLES, program, values, cotangents);
  const dy = forward(DOUBLES, program, values, tangents);
  return { inputs, tangents, cotangents, values, gx, dy };
}

describe("forward and reverse mode", () => {
  it.each(GRAPHS)("are adjoint for %s: exactly, for small integers", (name, make) => {
    const program = build(make);
    const stream = new Stream(60, name);
    for (let i = 0; i < 20; i++) {
      const { tangents, cotangents, gx, dy } = modes(program, () => stream.int(-9, 9));
      expect(inner(gx, tangents)).toBe(inner(dy, cotangents));
      gx.forEach((g, k) => expect(g?.shape).toEqual(program.inputs[k].shape));
      dy.forEach((d, o) => expect(d.shape).toEqual(program.shapes[program.outputs[o]]));
    }
  });

  it("are adjoint up to rounding: positive numbers, so that the sums bound themselves", () => {
    const b = new ProgramBuilder();
    const [x, y] = [b.input([3, 4]), b.input([4, 5])];
    const hidden = b.apply("tanh", [b.apply("matmul", [x, y], plain)]);
    const program = b.build(b.apply("exp", [hidden]), hidden);
    const stream = new Stream(61, "positive");
    for (let i = 0; i < 20; i++) {
      const { tangents, cotangents, gx, dy } = modes(program, () => stream.between(0.1, 1));
      const [left, right] = [inner(gx, tangents), inner(dy, cotangents)];
      // Every term is a product of at most six factors, of which exp, tanh′ and values each carry up to four
      // roundings, added up in sums of at most 32 terms: below 64 roundings on either side, and no cancellation.
      expect(Math.abs(left - right)).toBeLessThanOrEqual(2 * gamma(64, 2 ** -53) * Math.abs(left));
    }
  });

  it("give zeros to what is not used, and nothing to what is no number", () => {
    const b = new ProgramBuilder();
    const [condition, x, y, unused] = [b.input([2], "bool"), b.input([2]), b.input([2]), b.input([3])];
    const program = b.build(b.apply("where", [condition, x, y]));
    const inputs = [tensor([2], [1, 0]), tensor([2], [5, 6]), tensor([2], [7, 8]), filled([3], 1)];
    expect(unused.id).toBe(3);
    const values = evaluate(DOUBLES, program, inputs);
    expect(Array.from(values[program.outputs[0]].data)).toEqual([5, 8]);
    const gx = reverse(DOUBLES, program, values, [tensor([2], [10, 20])]);
    expect(gx[0]).toBeNull();
    expect(gx.slice(1).map((g) => Array.from(g!.data))).toEqual([
      [10, 0],
      [0, 20],
      [0, 0, 0],
    ]);
    const [dy] = forward(DOUBLES, program, values, [null, null, tensor([2], [3, 4]), null]);
    expect(Array.from(dy.data)).toEqual([0, 4]);
    const [still] = forward(DOUBLES, program, values, [null, null, null, filled([3], 1)]);
    expect(Array.from(still.data)).toEqual([0, 0]);
  });

  it("do not visit a branch that leads nowhere", () => {
    // log 0 and its derivative are there, but no output depends on them.
    const program = build(GRAPHS.find(([name]) => name === "a branch that leads nowhere")![1]);
    const { values, gx } = modes(program, () => 2);
    expect(
      values.some(({ data }) => Array.from({ length: data.length }, (_, i) => data[i]).includes(-Infinity)),
    ).toBe(true);
    expect(gx.every((g) => g && Array.from(g.data).every(Number.isFinite))).toBe(true);
  });

  it("leave their inputs as they were", () => {
    const program = build(GRAPHS.find(([name]) => name === "a branch that leads nowhere")![1]);
    const stream = new Stream(62, "kept");
    const inputs = program.inputs.map(({ shape }) => drawInto(shape, () => stream.normal()));
    const seeds = [drawInto([2, 2], () => stream.normal())];
    const before = structuredClone({ inputs, seeds });
    const values = evaluate(DOUBLES, program, inputs);
    reverse(DOUBLES, program, values, seeds);
    forward(DOUBLES, program, values, inputs);
    expect({ inputs, seeds }).toEqual(before);
  });
});

describe("kernels", () => {
  const withKernels = OPS.filter((op) => op.kernels?.meaning);

  it("exist, so that this test tests something", () => {
    expect(withKernels.length).toBeGreaterThan(10);
  });

  it.each(withKernels.map((op) => op.name))("of %s agree with its meaning", (name) => {
    const op = withKernels.find((candidate) => candidate.name === name)!;
    for (const shapes of ["ordinary", "degenerate", "broadcast"] as const) {
      for (let i = 0; i < 8; i++) {
        const c = drawCase(new Stream(63, `${name} ${shapes} ${i}`), op, { dtype: "f64", shapes });
        const program = check(c.program);
        const [output] = program.outputs;
        const generic = evaluate(DOUBLES, program, c.inputs);
        const fast = evaluateDoubles(DOUBLES, program, c.inputs)[output];
        // Two orders of the same sum, or a library function for a formula: a hundred roundings on its terms.
        const size = lastSums("value", { ...c, program }, generic);
        expect(fast.shape).toEqual(generic[output].shape);
        for (let j = 0; j < fast.data.length; j++) {
          const [a, b] = [fast.data[j], generic[output].data[j]];
          const close = Object.is(a, b) || Math.abs(a - b) <= 100 * 2 ** -53 * size[j];
          expect(close, `${name} ${shapes} ${i}[${j}]: kernel ${a}, meaning ${b}`).toBe(true);
        }
      }
    }
  });
});

describe("textbook forms", () => {
  const forms = [{ vjp: () => [] }, { vjp: () => [] }] as const;

  it("are the careful rules at 0, and take turns after that", () => {
    expect([0, 1, 2, 3].map((form) => textbookForm(forms, form))).toEqual([
      undefined,
      forms[0],
      forms[1],
      forms[0],
    ]);
    expect(textbookForm([], 1)).toBeUndefined();
  });

  it("change a value: ln(1 + exp(−50)) has lost exp(−50)", () => {
    const b = new ProgramBuilder();
    const program = b.build(b.apply("softplus", [b.input([])]));
    const value = (form?: number): number =>
      evaluate(DOUBLES, program, [tensor([], [-50])], form === undefined ? {} : { form })[1].data[0];
    expect([value(), value(0), value(1)]).toEqual([Math.exp(-50), Math.exp(-50), 0]);
  });

  it("change the gradient of a saturated tanh, and not its value", () => {
    const b = new ProgramBuilder();
    const program = b.build(b.apply("tanh", [b.input([])]));
    const x = [tensor([], [20])];
    const gradient = (form: number): number => {
      const values = evaluate(DOUBLES, program, x, { form });
      expect(values[1].data[0]).toBe(1);
      return reverse(DOUBLES, program, values, [tensor([], [1])], { form })[0]!.data[0];
    };
    expect(gradient(0)).toBeCloseTo(4 * Math.exp(-40), 30);
    expect(gradient(1)).toBe(0);
  });
});
