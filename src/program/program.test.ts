import { describe, expect, it } from "vitest";
import { InvalidProgramError } from "../core/errors.js";
import { findOp } from "../ops/index.js";
import type { Program } from "../record/program.js";
import { ProgramBuilder } from "./builder.js";
import { check, differentiable, singleOp, type Node } from "./program.js";

const float = (...shape: number[]) => ({ shape, type: "float" as const });
const node = (op: string, inputs: number[], attributes = {}): Node => ({ op, attributes, inputs });
const program = (change: Partial<Program>): Program => ({
  inputs: [float(2, 3), float(3)],
  nodes: [node("multiply@1", [0, 1])],
  outputs: [2],
  ...change,
});

describe("check", () => {
  it("infers the shape of every value and finds the ops", () => {
    const checked = check(
      program({
        nodes: [node("multiply@1", [0, 1]), node("sum@1", [2], { axes: [1], keepdims: false })],
        outputs: [3, 0],
      }),
    );
    expect(checked.shapes).toEqual([[2, 3], [3], [2, 3], [2]]);
    expect(checked.ops.map((op) => op.name)).toEqual(["multiply", "sum"]);
  });

  it("accepts a program without nodes, and one that uses an input twice", () => {
    expect(check(program({ nodes: [], outputs: [1, 1] })).shapes).toEqual([[2, 3], [3]]);
    expect(check(program({ nodes: [node("multiply@1", [1, 1])] })).shapes[2]).toEqual([3]);
  });

  it.each<[string, Partial<Program>, string]>([
    ["an unknown op", { nodes: [node("tahn@1", [0])] }, 'node 0 (tahn@1): unknown op "tahn@1"'],
    [
      "a value that does not exist yet",
      { nodes: [node("tanh@1", [0]), node("tanh@1", [3])], outputs: [3] },
      "node 1 (tanh@1): reads value 3, but only 0..2 exist before it",
    ],
    ["a value below 0", { nodes: [node("tanh@1", [-1])] }, "node 0 (tanh@1): reads value -1"],
    ["half a value", { nodes: [node("tanh@1", [0.5])] }, "node 0 (tanh@1): reads value 0.5"],
    [
      "another number of values than it says",
      { nodes: [{ ...node("split@1", [1], { axis: 0, sizes: [1, 2] }), outputs: 3 }], outputs: [2] },
      "node 0 (split@1): makes 2 values, and not 3 as it says",
    ],
    ["too many inputs", { nodes: [node("tanh@1", [0, 1])] }, "node 0 (tanh@1): takes 1 inputs, got 2"],
    [
      "shapes that do not fit",
      { inputs: [float(2, 3), float(2)] },
      "node 0 (multiply@1): shapes [2, 3] and [2] do not broadcast",
    ],
    [
      "an input of another type",
      { inputs: [float(2), { shape: [2], type: "bool" }] },
      "node 0 (multiply@1): input b is float, got bool",
    ],
    ["a shape that is none", { inputs: [float(2, 3), float(-3)] }, "input 1: [-3] is not a shape"],
    ["no output", { outputs: [] }, "a program needs at least one output"],
    ["an output that does not exist", { outputs: [3] }, "output 3 does not exist; values are 0..2"],
    ["an output below 0", { outputs: [-1] }, "output -1 does not exist; values are 0..2"],
    ["half an output", { outputs: [0.5] }, "output 0.5 does not exist; values are 0..2"],
  ])("refuses %s, and says where", (_what, change, message) => {
    expect(() => check(program(change))).toThrow(message);
  });

  it("keeps the code of the error", () => {
    expect(() => check(program({ outputs: [] }))).toThrow(InvalidProgramError);
    expect(() => check(program({ nodes: [node("tahn@1", [0])] }))).toThrow(
      expect.objectContaining({ code: "unknown-op" }) as Error,
    );
  });
});

describe("ProgramBuilder", () => {
  it("numbers inputs first, then nodes, and versions the ops", () => {
    const b = new ProgramBuilder();
    const x = b.input([2]);
    const y = b.input([], "float");
    const product = b.apply("multiply", [x, y]);
    const built = b.build(b.apply("tanh@1", [product]), x);
    expect(built.inputs).toEqual([float(2), float()]);
    expect(built.nodes).toEqual([node("multiply@1", [0, 1]), node("tanh@1", [2])]);
    expect(built.outputs).toEqual([3, 0]);
  });

  it("wants its inputs first", () => {
    const b = new ProgramBuilder();
    b.apply("tanh", [b.input([2])]);
    expect(() => b.input([2])).toThrow("declare every input before the first node");
  });

  it("checks what it builds", () => {
    const b = new ProgramBuilder();
    const product = b.apply("matmul", [b.input([2, 3]), { id: 0 }], { transposeA: false, transposeB: false });
    expect(() => b.build(product)).toThrow("node 0 (matmul@1): matmul of [2, 3] and [2, 3]");
  });
});

describe("singleOp", () => {
  it("gives each input of the op one of its own", () => {
    const made = singleOp(findOp("where"), [[2], [2], []], {});
    expect(made).toEqual({
      inputs: [{ shape: [2], type: "bool" }, float(2), float()],
      nodes: [node("where@1", [0, 1, 2])],
      outputs: [3],
    });
    expect(differentiable(made)).toEqual([1, 2]);
  });
});
