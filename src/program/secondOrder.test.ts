import { describe, expect, it } from "vitest";
import { DOUBLES } from "../core/numberAlgebra.js";
import { filled, tensor } from "../core/tensor.js";
import { ProgramBuilder } from "./builder.js";
import type { CheckedProgram } from "./program.js";
import { forwardOverReverse, reverseOverReverse, type SecondOrderPoint } from "./secondOrder.js";

const both = { forwardOverReverse, reverseOverReverse };

const shown = (
  way: keyof typeof both,
  program: CheckedProgram,
  point: SecondOrderPoint<number>,
  options?: { readonly form: number },
) => both[way](DOUBLES, program, point, options).map((h) => h && [h.shape, ...Array.from(h.data)]);

/** x²·y and x + y, for two vectors. */
function cubic(): CheckedProgram {
  const b = new ProgramBuilder();
  const [x, y] = [b.input([2]), b.input([2])];
  return b.build(b.apply("multiply", [b.apply("multiply", [x, x]), y]), b.apply("add", [x, y]));
}

const AT: SecondOrderPoint<number> = {
  inputs: [tensor([2], [2, 3]), tensor([2], [5, 7])],
  cotangents: [tensor([2], [1, 10]), tensor([2], [4, 6])],
  tangents: [tensor([2], [1, -1]), tensor([2], [2, 3])],
};

describe.each(Object.keys(both) as (keyof typeof both)[])("%s", (way) => {
  it("is H·v, by hand: 2·y·v + 2·x·w and 2·x·v, each times its cotangent; sums are straight", () => {
    expect(shown(way, cubic(), AT)).toEqual([
      [[2], 2 * 5 * 1 + 2 * 2 * 2, 10 * (2 * 7 * -1 + 2 * 3 * 3)],
      [[2], 2 * 2 * 1, 10 * (2 * 3 * -1)],
    ]);
  });

  it("takes an input without a tangent as one that does not move", () => {
    const [v, w] = AT.tangents;
    expect(shown(way, cubic(), { ...AT, tangents: [v, null] })).toEqual([
      [[2], 10, -140],
      [[2], 4, -60],
    ]);
    expect(shown(way, cubic(), { ...AT, tangents: [null, w] })).toEqual([
      [[2], 8, 180],
      [[2], 0, 0],
    ]);
    expect(shown(way, cubic(), { ...AT, tangents: [null, null] })).toEqual([
      [[2], 0, 0],
      [[2], 0, 0],
    ]);
  });

  it("gives nothing for what is no number, zeros for what is not used, and keeps every shape", () => {
    const b = new ProgramBuilder();
    const [condition, x, unused] = [b.input([2], "bool"), b.input([1, 2]), b.input([3])];
    expect(unused.id).toBe(2);
    const program = b.build(b.apply("where", [condition, b.apply("multiply", [x, x]), x]));
    const point = {
      inputs: [tensor([2], [1, 0]), tensor([1, 2], [5, 6]), filled([3], 1)],
      cotangents: [tensor([1, 2], [1, 1])],
      tangents: [null, tensor([1, 2], [3, 3]), filled([3], 1)],
    };
    expect(shown(way, program, point)).toEqual([null, [[1, 2], 6, 0], [[3], 0, 0, 0]]);
  });

  it("uses the form that is asked for: 1 − tanh² has lost what is left at 20", () => {
    const b = new ProgramBuilder();
    const x = b.input([]);
    const program = b.build(b.apply("multiply", [x, b.apply("tanh", [x])]));
    const one = tensor([], [1]);
    const point = { inputs: [tensor([], [20])], cotangents: [one], tangents: [one] };
    const curvature = (options?: { readonly form: number }): number =>
      both[way](DOUBLES, program, point, options)[0]!.data[0];
    // 2·tanh′ + x·tanh″, where tanh′ is 4·exp(−40) and tanh″ is −2·tanh′; one of the two tanh′ comes from its reverse rule.
    expect(curvature() / Math.exp(-40)).toBeCloseTo(2 * 4 - 20 * 8, 9);
    expect(curvature({ form: 0 })).toBe(curvature());
    expect(curvature({ form: 1 }) / Math.exp(-40)).toBeCloseTo(4 - 20 * 8, 9);
  });

  it("is 0 where everything is straight", () => {
    const b = new ProgramBuilder();
    const program = b.build(b.apply("negative", [b.input([2])]));
    const point = { inputs: [filled([2], 3)], cotangents: [filled([2], 1)], tangents: [filled([2], 1)] };
    const [h] = both[way](DOUBLES, program, point);
    expect(Array.from(h!.data, Math.abs)).toEqual([0, 0]);
  });
});
