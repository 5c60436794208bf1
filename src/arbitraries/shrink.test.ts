import { describe, expect, it } from "vitest";
import { shortest } from "../core/float.js";
import { Stream } from "../core/random.js";
import { tensor } from "../core/tensor.js";
import { OPS } from "../ops/index.js";
import { ProgramBuilder } from "../program/builder.js";
import { differentiable, type CheckedProgram } from "../program/program.js";
import type { Case } from "../record/case.js";
import { drawCase } from "./drawCase.js";
import { drawProgram } from "./drawProgram.js";
import { complexity, shrink } from "./shrink.js";
import { isValid } from "./validCase.js";

/** Greedy descent while a predicate holds, as a campaign does it. */
function smallest(start: Case, holds: (c: Case) => boolean): { case: Case; checks: number } {
  let best = start;
  let checks = 0;
  for (;;) {
    let next: Case | undefined;
    for (const candidate of shrink(best)) {
      checks++;
      if (holds(candidate)) {
        next = candidate;
        break;
      }
    }
    if (!next) return { case: best, checks };
    best = next;
  }
}

const compare = (a: readonly number[], b: readonly number[]): number => {
  const i = a.findIndex((x, k) => x !== b[k]);
  return i < 0 ? 0 : a[i] - b[i];
};

describe("shrink", () => {
  it("yields valid and strictly smaller cases of every op", () => {
    for (const op of OPS) {
      for (let i = 0; i < 3; i++) {
        const c = drawCase(new Stream(i, `shrink ${op.name}`), op, { dtype: "f32" });
        let count = 0;
        for (const candidate of shrink(c)) {
          expect(compare(complexity(candidate), complexity(c)), op.name).toBeLessThan(0);
          expect(isValid(candidate), op.name).toBe(true);
          if (++count === 25) break;
        }
      }
    }
  });

  it("removes axes of length 1 together without mixing up the others", () => {
    const program = new ProgramBuilder();
    const c = caseOf(program.build(program.apply("tanh", [program.input([1, 1, 3])])), 1);
    const shapes = [...shrink(c)].map((s) => s.inputs[0]);
    for (const { shape, data } of shapes)
      expect(data.length).toBe(shape.reduce((n, length) => n * length, 1));
    expect(shapes.map(({ shape }) => shape.join())).toContain("3");
  });

  it("shrinks any case of an elementwise op to one number", () => {
    const tanh = OPS.find((op) => op.name === "tanh")!;
    const c = drawCase(new Stream(5, "any"), tanh, { dtype: "f32", region: "normal" });
    const { case: least } = smallest(c, (s) => s.inputs[0].data.length > 0);
    expect(least.inputs[0].shape).toEqual([]);
    expect([...least.inputs[0].data]).toEqual([1]);
  });

  it("finds one op and three numbers for a missing broadcast reduction, inside a program of many nodes", () => {
    const b = new ProgramBuilder();
    const x = b.input([3, 4]);
    const bias = b.input([4]);
    const hidden = b.apply("tanh", [b.apply("multiply", [x, bias])]);
    const y = b.apply("sum", [b.apply("multiply", [hidden, hidden])], { axes: [1], keepdims: false });
    const c = caseOf(b.build(y), 3);
    const broadcasts = (s: Case): boolean =>
      s.program.nodes.some((node) => {
        if (node.op !== "multiply@1") return false;
        const shapes = node.inputs.map((v) => s.program.inputs[v]?.shape);
        return (
          shapes.every(Boolean) && shapes[0].join() !== shapes[1].join() && s.cotangents[0].data.length > 1
        );
      });
    const { case: least, checks } = smallest(c, broadcasts);
    expect(least.program.nodes).toHaveLength(1);
    expect(least.inputs.reduce((n, t) => n + t.data.length, 0)).toBe(3);
    expect(checks).toBeLessThanOrEqual(200);
  });

  it("keeps the number that matters and simplifies the others", () => {
    const add = OPS.find((op) => op.name === "add")!;
    const c = drawCase(new Stream(2, "add"), add, { dtype: "f32", region: "normal" });
    const { case: least } = smallest(c, (s) => s.inputs[0].data.some((v) => v < -0.3));
    expect(least.inputs[0].data.length).toBe(1);
    // −1 and −0.3… are both short; what is left must be a short decimal below −0.3.
    expect(shortest(least.inputs[0].data[0], "f32").length).toBeLessThanOrEqual(4);
  });

  it("shrinks random programs to two nodes where that is what it takes", () => {
    const has = (): boolean => true;
    for (let seed = 0; seed < 10; seed++) {
      const c = drawProgram(new Stream(seed, "program"), { dtype: "f32", has });
      const chained = (s: Case): boolean =>
        s.program.nodes.at(-1)?.inputs.some((value) => value >= s.program.inputs.length) ?? false;
      if (!chained(c)) continue;
      const { case: least } = smallest(c, chained);
      expect(least.program.nodes.length).toBe(2);
      expect(isValid(least)).toBe(true);
    }
  });
});

function caseOf(program: CheckedProgram, seed: number): Case {
  const stream = new Stream(seed, "case");
  const draw = (shape: readonly number[]) =>
    tensor(
      shape,
      Array.from({ length: shape.reduce((p, n) => p * n, 1) }, () => Math.fround(stream.normal())),
    );
  return {
    program: { inputs: program.inputs, nodes: program.nodes, outputs: program.outputs },
    dtype: "f32",
    inputs: program.inputs.map(({ shape }) => draw(shape)),
    cotangents: program.outputs.map((value) => draw(program.shapes[value])),
    tangents: differentiable(program).map((k) => draw(program.inputs[k].shape)),
    tags: [],
  };
}
