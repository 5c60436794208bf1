import { describe, expect, it } from "vitest";
import { alongDirection, drawInputs, gradientsOf, outputOf } from "../../fixtures/builders/alongDirection.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import { tensor, type Tensor } from "../core/tensor.js";
import { evaluate } from "../program/evaluate.js";
import type { Cell } from "./cells.js";
import { inputTensors, valueOf, type Network } from "./network.js";
import { NetworkBuilder } from "./networkBuilder.js";
import { memoryPath, recurrent, type RecurrentOptions } from "./recurrent.js";

const SHAPE = [2, 3, 2];
const UNITS = 3;

const gates = ["sigmoid", "hardSigmoid"] as const;

const CELLS: readonly Cell[] = [
  { cell: "rnn" },
  { cell: "rnn", activation: "relu" },
  ...gates.flatMap((recurrentActivation): Cell[] => [
    ...(["ifgo", "igfo", "iofg"] as const).map((order): Cell => ({
      cell: "lstm",
      gates: order,
      forgetBias: order === "igfo" ? 1 : 0,
      recurrentActivation,
    })),
    ...(["z", "1 - z"] as const).flatMap((keeps) =>
      [false, true].map((resetAfter): Cell => ({
        cell: "gru",
        gates: resetAfter ? "rzn" : "zrn",
        keeps,
        resetAfter,
        recurrentActivation,
      })),
    ),
  ]),
];

function networkOf(options: Cell & Partial<RecurrentOptions>, shape: readonly number[] = SHAPE): Network {
  const b = new NetworkBuilder();
  const all = { name: "r", units: UNITS, start: "input", ...options } as RecurrentOptions;
  b.mark("y", recurrent(b, b.input("x", shape), all));
  return b.build("y");
}

const show = (cell: Cell): string => Object.values(cell).join(", ");

/** Largest difference, relative to the largest number. */
function apart(a: Tensor, b: Tensor): number {
  const size = Math.max(...a.data.map(Math.abs));
  return Math.max(...a.data.map((x, i) => Math.abs(x - b.data[i]))) / size;
}

/** Of [batch, time, size]. */
function reversedInTime({ shape, data }: Tensor): Tensor {
  const [batch, time, size] = shape;
  const at = (row: number, t: number, i: number): number => data[(row * time + time - 1 - t) * size + i];
  return tensor(
    shape,
    Array.from({ length: batch * time * size }, (_, e) =>
      at(Math.floor(e / (time * size)), Math.floor(e / size) % time, e % size),
    ),
  );
}

describe("unrolled cells", () => {
  it.each(CELLS.map((cell) => [show(cell), cell] as const))(
    "are the written-out ones, and have their gradients: %s",
    (name, cell) => {
      for (const returns of ["all", "last"] as const) {
        const fused = networkOf({ ...cell, returns });
        const expanded = networkOf({ ...cell, returns, written: "expanded" });
        expect(expanded.parameters).toEqual(fused.parameters);
        const stream = new Stream(110, `${name} ${returns}`);
        const given = drawInputs(fused, stream);
        const y = outputOf(fused, given);
        expect(y.shape).toEqual(returns === "all" ? [2, 3, UNITS] : [2, UNITS]);
        // A hundred roundings of numbers of order 1.
        expect(apart(y, outputOf(expanded, given))).toBeLessThan(1e-13);
        const [one, other] = [gradientsOf(fused, given), gradientsOf(expanded, given)];
        for (const input of Object.keys(fused.inputs))
          expect(apart(one[input], other[input]), input).toBeLessThan(1e-12);
      }
    },
  );

  it.each(CELLS.map((cell) => [show(cell), cell] as const))(
    "have gradients through time that dual numbers confirm: %s",
    (name, cell) => {
      const stream = new Stream(111, name);
      for (const written of ["fused", "expanded"] as const) {
        const network = networkOf({ ...cell, written }, [2, 8, 2]);
        const { reverse, dual, size } = alongDirection(network, drawInputs(network, stream), stream);
        // Eight steps of some fifty roundings each.
        expect(Math.abs(reverse - dual)).toBeLessThanOrEqual(1e-12 * size);
      }
    },
  );

  it("differ by their conventions", () => {
    const outputs = (cells: readonly Cell[]): number[] =>
      cells.map((cell) => {
        const network = networkOf(cell);
        return outputOf(network, drawInputs(network, new Stream(112, "same"))).data[0];
      });
    const kinds = (["lstm", "gru", "rnn"] as const).map((kind) => CELLS.filter(({ cell }) => cell === kind));
    for (const cells of kinds) expect(new Set(outputs(cells)).size).toBe(cells.length);
  });

  it("name their states and gates", () => {
    const lstm = networkOf({ cell: "lstm", written: "expanded" });
    const gru = networkOf({ cell: "gru" });
    for (const name of ["r/h1", "r/c3", "r/f2", "r/i1", "r/o3", "r/g2"])
      expect(valueOf(lstm, name)).toBeGreaterThan(0);
    expect(valueOf(gru, "r/h3")).toBe(valueOf(gru, "r/activation"));
    expect(() => valueOf(gru, "r/z1")).toThrow(/no value "r\/z1"/);
    expect(Object.keys(lstm.inputs)).toEqual([
      "x",
      "r/kernel",
      "r/recurrentKernel",
      "r/bias",
      "r/h0",
      "r/c0",
    ]);
    expect(lstm.parameters).toEqual(["r/kernel", "r/recurrentKernel", "r/bias"]);
    expect(networkOf({ cell: "gru", resetAfter: true }).parameters).toContain("r/recurrentBias");
    const zeros = networkOf({ cell: "lstm", start: "zeros" });
    expect(Object.keys(zeros.constants)).toEqual(["r/h0", "r/c0"]);
  });

  it("return their states in the order of time", () => {
    const network = networkOf({ cell: "gru", returns: "all" });
    const given = drawInputs(network, new Stream(115, "order"));
    const values = evaluate(DOUBLES, network.program, inputTensors(network, given));
    const all = outputOf(network, given);
    for (let t = 0; t < 3; t++) {
      const { data } = values[valueOf(network, `r/h${t + 1}`)];
      // [batch, time, units]: the second element of the batch comes after three states of the first.
      for (let i = 0; i < UNITS; i++) {
        expect(all.data[t * UNITS + i]).toBe(data[i]);
        expect(all.data[(3 + t) * UNITS + i]).toBe(data[UNITS + i]);
      }
    }
  });

  it.each(CELLS.map((cell) => [show(cell), cell] as const))(
    "go backwards as they go forwards through the reversed sequence: %s",
    (name, cell) => {
      for (const returns of ["all", "last"] as const) {
        const [forwards, backwards] = [false, true].map((each) =>
          networkOf({ ...cell, returns, backwards: each }),
        );
        const given = drawInputs(forwards, new Stream(116, name));
        const reversed = { ...given, x: reversedInTime(given.x) };
        expect(outputOf(backwards, given)).toEqual(outputOf(forwards, reversed));
        const [one, other] = [gradientsOf(backwards, given), gradientsOf(forwards, reversed)];
        expect({ ...one, x: reversedInTime(one.x) }).toEqual(other);
      }
    },
  );

  it.each([[[2, 0, 3]], [[2, 3]], [[1, 2, 3, 4]]])("are refused for x of shape %j", (shape) => {
    expect(() => networkOf({ cell: "rnn" }, shape)).toThrow(
      expect.objectContaining({
        code: "bad-layer",
        message: expect.stringContaining("x must be [batch, time, size]"),
      }),
    );
  });
});

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe("one unit, by hand", () => {
  const scalar = (x: number): Tensor => tensor([1, 1], [x]);
  const at = (network: Network, given: Record<string, Tensor>, name: string): number =>
    evaluate(DOUBLES, network.program, inputTensors(network, given))[valueOf(network, name)].data[0];

  it("is a long short-term memory", () => {
    const network = networkOf({ cell: "lstm", units: 1, forgetBias: 1 }, [1, 2, 1]);
    const [kernel, recurrentKernel, bias] = [
      [0.5, -0.3, 0.8, 0.1],
      [0.2, 0.7, -0.4, 0.6],
      [0.1, 0.2, -0.1, 0.3],
    ];
    const xs = [0.9, -1.1];
    let [h, c] = [0.3, -0.2];
    for (const x of xs) {
      const [i, f, g, o] = kernel.map((k, n) => k * x + recurrentKernel[n] * h + bias[n]);
      c = sigmoid(f + 1) * c + sigmoid(i) * Math.tanh(g);
      h = sigmoid(o) * Math.tanh(c);
    }
    const given = {
      x: tensor([1, 2, 1], xs),
      "r/kernel": tensor([1, 4], kernel),
      "r/recurrentKernel": tensor([1, 4], recurrentKernel),
      "r/bias": tensor([4], bias),
      "r/h0": scalar(0.3),
      "r/c0": scalar(-0.2),
    };
    expect(at(network, given, "r/h2")).toBeCloseTo(h, 14);
    expect(at(network, given, "r/c2")).toBeCloseTo(c, 14);
  });

  it.each([
    ["z", false],
    ["z", true],
    ["1 - z", false],
    ["1 - z", true],
  ] as const)("is a gated recurrent unit that keeps %s, reset after: %s", (keeps, resetAfter) => {
    const [kernel, recurrentKernel, bias, recurrentBias] = [
      [0.5, -0.3, 0.8],
      [0.2, 0.7, -0.4],
      [0.1, 0.2, -0.1],
      [0.4, -0.6, 0.9],
    ];
    const xs = [0.9, -1.1];
    let h = 0.3;
    for (const x of xs) {
      const ofInput = kernel.map((k, n) => k * x + bias[n]);
      const ofState = (state: number, n: number): number =>
        recurrentKernel[n] * state + (resetAfter ? recurrentBias[n] : 0);
      const z = sigmoid(ofInput[0] + ofState(h, 0));
      const r = sigmoid(ofInput[1] + ofState(h, 1));
      const n = Math.tanh(ofInput[2] + (resetAfter ? r * ofState(h, 2) : ofState(r * h, 2)));
      h = keeps === "z" ? z * h + (1 - z) * n : (1 - z) * h + z * n;
    }
    const given: Record<string, Tensor> = {
      x: tensor([1, 2, 1], xs),
      "r/kernel": tensor([1, 3], kernel),
      "r/recurrentKernel": tensor([1, 3], recurrentKernel),
      "r/bias": tensor([3], bias),
      ...(resetAfter && { "r/recurrentBias": tensor([3], recurrentBias) }),
      "r/h0": scalar(0.3),
    };
    for (const written of ["fused", "expanded"] as const) {
      const network = networkOf({ cell: "gru", keeps, resetAfter, units: 1, written }, [1, 2, 1]);
      expect(at(network, given, "r/h2")).toBeCloseTo(h, 14);
    }
  });
});

describe("the way of the memory", () => {
  it("has the product of what is kept as its derivative, bit for bit", () => {
    const time = 40;
    const network = memoryPath({ time, shape: [5] });
    const given = drawInputs(network, new Stream(113, "path"));
    const expected = Float64Array.from({ length: 5 }, (_, i) => {
      // The reverse pass multiplies from the last step to the first.
      let product = 1;
      for (let t = time; t >= 1; t--) product *= given[`keep${t}`].data[i];
      return product;
    });
    expect(gradientsOf(network, given).c0.data).toEqual(expected);
  });

  it("is that of an expanded LSTM whose state does not come back", () => {
    const network = networkOf({ cell: "lstm", written: "expanded" }, [2, 4, 2]);
    const given = drawInputs(network, new Stream(114, "lstm"));
    given["r/recurrentKernel"].data.fill(0);
    const values = evaluate(DOUBLES, network.program, inputTensors(network, given));
    const gate = (letter: string, t: number): Tensor => {
      const { shape, data } = values[valueOf(network, `r/${letter}${t}`)];
      return tensor(shape, data);
    };
    const path = memoryPath({ time: 4, shape: [2, UNITS] });
    const held: Record<string, Tensor> = { c0: given["r/c0"] };
    for (let t = 1; t <= 4; t++) {
      held[`keep${t}`] = gate("f", t);
      const [i, g] = [gate("i", t), gate("g", t)];
      held[`new${t}`] = tensor(
        i.shape,
        i.data.map((x, k) => x * g.data[k]),
      );
    }
    expect(outputOf(path, held).data).toEqual(gate("c", 4).data);
  });

  it.each([0, -1, 1.5, NaN])("needs at least one step, not %d", (time) => {
    expect(() => memoryPath({ time, shape: [1] })).toThrow(expect.objectContaining({ code: "bad-layer" }));
  });
});
