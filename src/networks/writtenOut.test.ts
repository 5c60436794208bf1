import { describe, expect, it } from "vitest";
import { drawInputs, gradientsOf, outputOf } from "../../fixtures/builders/alongDirection.js";
import { Stream } from "../core/random.js";
import type { Tensor } from "../core/tensor.js";
import { cellNode, cellNodes } from "./cellNodes.js";
import type { Cell } from "./cells.js";
import type { Network } from "./network.js";
import { NetworkBuilder } from "./networkBuilder.js";
import { unrolledCell } from "./unrolledCell.js";
import { writtenOut } from "./writtenOut.js";

const CELLS: readonly Cell[] = [
  { cell: "rnn", activation: "tanh" },
  { cell: "rnn", activation: "relu" },
  { cell: "lstm", gates: "igfo", forgetBias: 0.7, recurrentActivation: "sigmoid" },
  { cell: "lstm", gates: "iofg", forgetBias: 0, recurrentActivation: "hardSigmoid" },
  { cell: "gru", gates: "rzn", keeps: "1 - z", resetAfter: true, recurrentActivation: "sigmoid" },
  { cell: "gru", gates: "zrn", keeps: "z", resetAfter: false, recurrentActivation: "hardSigmoid" },
];

const SIZES = { steps: 3, batch: 2, size: 2, units: 3 };

const apart = (a: Tensor, b: Tensor): number => Math.max(...a.data.map((x, i) => Math.abs(x - b.data[i])));

/** Names inputs by their places, as the written-out network does. */
const byPlace = ({ program }: Network, given: Readonly<Record<string, Tensor>>, inputs: Network["inputs"]) =>
  Object.fromEntries(
    Object.entries(inputs)
      .filter(([, k]) => k < program.inputs.length)
      .map(([name, k]) => [`input${k}`, given[name]]),
  );

describe("a program with its cells written out", () => {
  it.each(CELLS.map((cell) => [Object.values(cell).join(" "), cell] as const))(
    "has the same outputs and gradients: %s",
    (name, cell) => {
      const network = unrolledCell(cell, SIZES);
      const long = writtenOut(network.program);
      expect(long.program.ops.some((op) => op.name.endsWith("Cell"))).toBe(false);
      expect(long.program.inputs.slice(0, network.program.inputs.length)).toEqual(network.program.inputs);
      const given = drawInputs(network, new Stream(1, name));
      const other = byPlace(network, given, network.inputs);
      // Some hundred roundings of numbers of order 1.
      expect(apart(outputOf(network, given), outputOf(long, other))).toBeLessThan(1e-13);
      const [short, written] = [gradientsOf(network, given), gradientsOf(long, other)];
      for (const [input, k] of Object.entries(network.inputs)) {
        expect(apart(short[input], written[`input${k}`]), input).toBeLessThan(1e-12);
      }
    },
  );

  it("keeps what is no cell", () => {
    const b = new NetworkBuilder();
    const [x, mask] = [b.input("x", [2]), b.input("mask", [2], "bool")];
    b.mark("y", b.apply("where", [mask, b.apply("tanh", [x]), x]));
    const { program } = b.build("y", "x");
    expect(writtenOut(program).program).toEqual(program);
  });
});

describe("the nodes of cells", () => {
  it("tell what they read and make", () => {
    const { program, inputs, values } = unrolledCell(CELLS[4], { ...SIZES, returns: ["h1", "h3"] });
    const [, second] = cellNodes(program)!;
    expect(second).toEqual({
      cell: CELLS[4],
      x: inputs.x2,
      states: [values.h1],
      kernel: inputs.kernel,
      recurrentKernel: inputs.recurrentKernel,
      biases: [inputs.bias, inputs.recurrentBias],
      made: [values.h2],
    });
    expect(program.outputs).toEqual([values.h1, values.h3]);
    expect(cellNode(unrolledCell(CELLS[2], SIZES).program, 0)?.states).toHaveLength(2);
  });

  it("are all there is, or the program is no sequence of cells", () => {
    const b = new NetworkBuilder();
    b.mark("y", b.apply("tanh", [b.input("x", [2])]));
    const { program } = b.build("y");
    expect(cellNode(program, 0)).toBeUndefined();
    expect(cellNodes(program)).toBeUndefined();
  });
});
