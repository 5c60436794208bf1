import { describe, expect, it } from "vitest";
import { outputOf } from "../../fixtures/builders/alongDirection.js";
import { InvalidProgramError } from "../core/errors.js";
import { filled, tensor } from "../core/tensor.js";
import { inputTensors, openInputs, valueOf } from "./network.js";
import { NetworkBuilder } from "./networkBuilder.js";

/** x, then s = 2·x with a constant that is declared late, then parts of s + w inside a layer. */
function example() {
  const b = new NetworkBuilder();
  const x = b.input("x", [4]);
  const squared = b.mark("squared", b.apply("multiply", [x, x]));
  const s = b.apply("multiply", [squared, b.constant("two", filled([], 2))]);
  const parts = b.within("layer", () =>
    b.applyAll("split", [b.mark("sum", b.apply("add", [s, b.parameter("w", [4])]))], {
      axis: 0,
      sizes: [1, 3],
    }),
  );
  b.mark("tail", parts[1]);
  return b.build("tail", "squared");
}

describe("a network builder", () => {
  it("puts inputs first, wherever they were declared", () => {
    const { program, inputs, parameters, values } = example();
    expect(inputs).toEqual({ x: 0, two: 1, "layer/w": 2 });
    expect(program.inputs.map(({ shape }) => shape)).toEqual([[4], [], [4]]);
    expect(parameters).toEqual(["layer/w"]);
    expect(values).toEqual({ x: 0, squared: 3, two: 1, "layer/w": 2, "layer/sum": 5, tail: 7 });
    expect(program.outputs).toEqual([7, 3]);
    expect(program.nodes[3].outputs).toBe(2);
  });

  it("takes inputs by name, and brings its constants along", () => {
    const network = example();
    expect(openInputs(network)).toEqual({ x: [4], "layer/w": [4] });
    const given = { x: tensor([4], [1, 2, 3, 4]), "layer/w": tensor([4], [0, 10, 20, 30]) };
    expect(Array.from(outputOf(network, given).data)).toEqual([18, 38, 62]);
    expect(valueOf(network, "layer/sum")).toBe(5);
  });

  it("names what is missing, unknown or of another shape", () => {
    const network = example();
    const x = tensor([4], [1, 2, 3, 4]);
    const refuses = (given: Parameters<typeof inputTensors>[1], message: string): void =>
      expect(() => inputTensors(network, given)).toThrow(
        expect.objectContaining({ code: "network-inputs", message }),
      );
    refuses({ x }, 'input "layer/w" is missing: must have shape [4]');
    refuses({ x, "layer/w": tensor([2], [1, 2]) }, 'input "layer/w" has shape [2]: must have shape [4]');
    refuses({ x, "layer/w": x, y: x }, 'the network takes no input "y": it takes x, layer/w');
    refuses({ x, "layer/w": x, two: filled([], 3) }, 'the network takes no input "two": it takes x, layer/w');
    expect(() => valueOf(network, "z")).toThrow(expect.objectContaining({ code: "unknown-value" }));
  });

  it("refuses names that are taken or of nothing, and inputs that an op does not take", () => {
    const b = new NetworkBuilder();
    const x = b.input("x", [2]);
    expect(() => b.input("x", [3])).toThrow(InvalidProgramError);
    expect(() => b.mark("x", x)).toThrow('"x" names two values of the network');
    b.within("deep", () => b.mark("x", x));
    expect(() => b.build("y")).toThrow('no value of the network is called "y"');
    expect(() => b.apply("matmul", [x, x], { transposeA: false, transposeB: false })).toThrow(
      InvalidProgramError,
    );
    expect(() => b.apply("nothing", [x])).toThrow(/unknown op/);
    expect(b.build("deep/x").program.outputs).toEqual([0]);
  });

  it("leaves a scope also after an error", () => {
    const b = new NetworkBuilder();
    expect(() =>
      b.within("layer", () => {
        throw new Error("no");
      }),
    ).toThrow("no");
    b.input("x", []);
    expect(b.build("x").inputs).toEqual({ x: 0 });
  });
});
