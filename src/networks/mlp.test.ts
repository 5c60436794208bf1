import { describe, expect, it } from "vitest";
import { alongDirection, drawInputs, gradientsOf, outputOf } from "../../fixtures/builders/alongDirection.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import { sum } from "../core/sum.js";
import { filled, mapTensor } from "../core/tensor.js";
import { evaluateDoubles } from "../program/evaluate.js";
import { allCotangents } from "../program/reverse.js";
import { INITIALIZERS } from "./initializers.js";
import { drawParameters, mlp } from "./mlp.js";
import { inputTensors, openInputs, valueOf } from "./network.js";

const square = (data: ArrayLike<number>): number => sum(Array.from(data, (x) => x * x));

describe("deep networks", () => {
  it("have the shapes, names and gradients that they say", () => {
    for (const normalization of [undefined, "batchNorm", "layerNorm"] as const) {
      const readout = new Stream(120, "readout");
      const network = mlp({ widths: [3, 5, 4], batch: 6, activation: "tanh", normalization, readout });
      const open = openInputs(network);
      expect(open).toEqual({
        x: [6, 3],
        "layer1/kernel": [3, 5],
        "layer1/bias": [5],
        "layer2/kernel": [5, 4],
        "layer2/bias": [4],
      });
      expect(network.parameters).toEqual(Object.keys(open).slice(1));
      expect(network.program.shapes[valueOf(network, "layer1/sum")]).toEqual([6, 5]);
      expect("layer1/normal" in network.values).toBe(normalization !== undefined);
      expect(network.constants.signs.data.every((s) => Math.abs(s) === 1)).toBe(true);
      const stream = new Stream(121, `${normalization}`);
      const { reverse, dual, size } = alongDirection(network, drawInputs(network, stream, 1), stream);
      // A bias before batch norm has no effect: its terms cancel, and the size of the others remains.
      expect(Math.abs(reverse - dual)).toBeLessThanOrEqual(1e-11 * size);
    }
  });

  it("return the last activation where there is no readout", () => {
    const network = mlp({ widths: [2, 3], batch: 4, bias: false });
    expect(network.parameters).toEqual(["layer1/kernel"]);
    const given = drawInputs(network, new Stream(122, "y"));
    expect(outputOf(network, given).shape).toEqual([4, 3]);
  });

  it("of zeros move nothing but the bias of the output (C090)", () => {
    const network = mlp({ widths: [3, 4, 2], activation: "tanh", readout: new Stream(123, "readout") });
    const { zeros } = INITIALIZERS;
    const parameters = drawParameters(network, { seed: 1, label: "zeros", kernel: zeros });
    const gradients = gradientsOf(network, { x: filled([1, 3], 0.7), ...parameters });
    for (const name of ["layer1/kernel", "layer2/kernel", "layer1/bias"]) {
      expect(
        gradients[name].data.every((g) => g === 0),
        name,
      ).toBe(true);
    }
    expect(gradients["layer2/bias"].data.every((g) => g !== 0)).toBe(true);
  });

  it.each([
    ["heNormal", "relu"],
    ["lecunNormal", "linear"],
  ])("of %s with %s keep the mean square, forwards and backwards", (kernel, activation) => {
    // Exact law of claims.md 2.5: a layer of n units changes ln ‖·‖² by −5/(2n) with variance 5/n at most.
    const [width, depth, count] = [64, 20, 40];
    const widths = Array.from({ length: depth + 1 }, () => width);
    let [forwards, backwards] = [0, 0];
    for (let i = 0; i < count; i++) {
      const stream = new Stream(124, `${kernel} ${i}`);
      const network = mlp({ widths, bias: false, activation, readout: stream });
      const given = drawParameters(network, { seed: i, label: kernel, kernel: INITIALIZERS[kernel] });
      const x = mapTensor(filled([1, width], 0), () => stream.normal());
      const values = evaluateDoubles(DOUBLES, network.program, inputTensors(network, { ...given, x }));
      const cotangents = allCotangents(DOUBLES, network.program, values, [filled([], 1)]);
      const last = values[valueOf(network, "y")];
      forwards += Math.log(square(last.data) / square(x.data)) / count;
      const [first, top] = [cotangents[network.inputs.x]!, cotangents[valueOf(network, "y")]!];
      backwards += Math.log(square(first.data) / square(top.data)) / count;
    }
    const factor = activation === "relu" ? 5 : 2;
    const drift = (-factor / 2 / width) * depth;
    // Five standard deviations of the mean, and a tenth of them for orders beyond 1/n.
    const slack = 5.5 * Math.sqrt((factor * depth) / width / count);
    expect(Math.abs(forwards - drift)).toBeLessThan(slack);
    expect(Math.abs(backwards - drift)).toBeLessThan(slack);
    // A gain of 5 % would be seen: 2·ln 1.05 in each of 20 layers.
    expect(2 * Math.log(1.05) * depth).toBeGreaterThan(slack);
  });

  it.each([[[3]], [[]], [[3, 0]], [[3, 1.5]]])("are refused for widths %j", (widths) => {
    expect(() => mlp({ widths })).toThrow(expect.objectContaining({ code: "bad-layer" }));
  });
});

describe("drawParameters", () => {
  const network = mlp({ widths: [4, 4, 4], normalization: "layerNorm" });
  const options = { seed: 7, label: "net", kernel: INITIALIZERS.glorotUniform };

  it("gives each parameter a stream of its own", () => {
    const one = drawParameters(network, options);
    expect(drawParameters(network, options)).toEqual(one);
    expect(one["layer1/kernel"]).not.toEqual(one["layer2/kernel"]);
    expect(drawParameters(network, { ...options, label: "other" })["layer1/kernel"]).not.toEqual(
      one["layer1/kernel"],
    );
    const alone = new Stream(7, "net/layer2/kernel");
    expect(one["layer2/kernel"]).toEqual(INITIALIZERS.glorotUniform.draw([4, 4], alone));
    expect(one["layer1/bias"].data.every((x) => x === 0)).toBe(true);
  });

  it("takes other initialisers by the last part of the name, and a precision", () => {
    const drawn = drawParameters(network, {
      ...options,
      others: { bias: INITIALIZERS.normal },
      dtype: "f32",
    });
    expect(new Set(drawn["layer1/bias"].data).size).toBe(4);
    for (const { data } of Object.values(drawn)) expect(data.every((x) => Math.fround(x) === x)).toBe(true);
  });
});
