import { describe, expect, it } from "vitest";
import { gradientsOf } from "../../fixtures/builders/alongDirection.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import { sizeOf } from "../core/shape.js";
import { tensor, type Tensor } from "../core/tensor.js";
import { evaluate } from "../program/evaluate.js";
import type { GruCell, LstmCell } from "./cells.js";
import { euclideanNorm } from "./euclideanNorm.js";
import { inputTensors, openInputs, valueOf } from "./network.js";
import { NetworkBuilder } from "./networkBuilder.js";
import { memoryPath, recurrent } from "./recurrent.js";

/** What gates do to gradients over many steps: along the memory's own way, and altogether. */

const UNITS = 32;
const STEPS = 24;

interface Slopes {
  /** Of the product of what the gates keep, the mean over the units: natural logarithms per step. */
  readonly path: number;
  /** Of the gradient of the first memory through everything. */
  readonly whole: number;
  /** Of the product of what the gates keep, at most, and the root mean square over all directions. */
  readonly most: number;
  readonly rms: number;
}

/** A random cell, its inputs normal, its gates biased towards keeping. */
function slopesOf(
  cell: LstmCell | GruCell,
  options: { deviation: number; bias: number; seed: number },
): Slopes {
  const b = new NetworkBuilder();
  const made = recurrent(b, b.input("x", [1, STEPS, 1]), {
    ...cell,
    name: "r",
    units: UNITS,
    start: "input",
    written: "expanded",
  });
  b.mark("y", made);
  const [memory, gate] = cell.cell === "lstm" ? [`c${STEPS}`, "f"] : [`h${STEPS}`, "z"];
  const network = b.build(`r/${memory}`);
  const stream = new Stream(options.seed, "gated paths");
  const blocks = cell.cell === "lstm" ? 4 : 3;
  const own = cell.cell === "lstm" ? 1 : 0;
  const number = (name: string, i: number): number => {
    if (name === "r/recurrentKernel") return (options.deviation * stream.normal()) / Math.sqrt(UNITS);
    if (name !== "r/bias") return name.endsWith("0") ? 0 : stream.normal();
    return Math.floor((i % (blocks * UNITS)) / UNITS) === own ? options.bias : 0;
  };
  const given = Object.fromEntries(
    Object.entries(openInputs(network)).map(([name, shape]) => [
      name,
      tensor(
        shape,
        Array.from({ length: sizeOf(shape) }, (_, i) => number(name, i)),
      ),
    ]),
  );
  const values = evaluate(DOUBLES, network.program, inputTensors(network, given));
  const logarithms = new Float64Array(UNITS);
  for (let t = 1; t <= STEPS; t++) {
    const { data } = values[valueOf(network, `r/${gate}${t}`)];
    for (let i = 0; i < UNITS; i++) logarithms[i] += Math.log(data[i]);
  }
  const cotangent = tensor(
    [1, UNITS],
    Array.from({ length: UNITS }, () => stream.sign()),
  );
  const first = cell.cell === "lstm" ? "r/c0" : "r/h0";
  const sent = gradientsOf(network, given, cotangent)[first];
  const kept: Tensor = { shape: [UNITS], data: logarithms.map(Math.exp) };
  return {
    path: logarithms.reduce((a, x) => a + x, 0) / UNITS / STEPS,
    whole: Math.log(euclideanNorm([sent]) / euclideanNorm([cotangent])) / STEPS,
    most: Math.max(...logarithms) / STEPS,
    rms: Math.log(euclideanNorm([kept]) / Math.sqrt(UNITS)) / STEPS,
  };
}

const CELLS = [
  ["lstm", { cell: "lstm" }],
  ["gru", { cell: "gru" }],
] as const;
const SEEDS = [1, 2, 3, 4, 5];

describe.each(CELLS)("%s", (_, cell) => {
  const slopes = (deviation: number, bias: number): Slopes[] =>
    SEEDS.map((seed) => slopesOf(cell, { deviation, bias, seed }));
  const median = (all: readonly Slopes[], of: (each: Slopes) => number): number =>
    all.map(of).sort((a, b) => a - b)[SEEDS.length >> 1];

  it("stretches a gradient along its memory by at most the largest product, and no less than typical ones", () => {
    for (const { path, rms, most } of [...slopes(1, 0), ...slopes(4, 1)]) {
      // The mean of logarithms is below the logarithm of the root mean square (Jensen).
      expect(path).toBeLessThan(rms);
      expect(rms).toBeLessThan(most);
      expect(most).toBeLessThan(0);
    }
  });

  it("has other ways back, so that a whole gradient shrinks less than along the memory", () => {
    // Measured with 200 units: −0.445 (LSTM) and −0.419 (GRU), along the memory −0.716 and −0.656.
    const plain = slopes(1, 0);
    expect(median(plain, ({ whole }) => whole)).toBeCloseTo(cell.cell === "lstm" ? -0.445 : -0.419, 0.9);
    expect(median(plain, ({ rms }) => rms)).toBeCloseTo(cell.cell === "lstm" ? -0.716 : -0.656, 0.9);
    for (const { whole, rms } of plain) expect(whole).toBeGreaterThan(rms);
  });

  it("may explode, while the way of its memory cannot: gates do not make clipping needless", () => {
    for (const { whole, most } of slopes(8, 1)) {
      expect(whole).toBeGreaterThan(0.1);
      expect(most).toBeLessThan(0);
    }
  });
});

/** After how many steps a gradient along a memory that a bias holds is below 10⁻⁶. */
function lifeOf(bias: number): number {
  const kept = 1 / (1 + Math.exp(-bias));
  const isGone = (time: number): boolean => {
    const network = memoryPath({ time, shape: [1] });
    const given = Object.fromEntries(
      Object.keys(network.inputs).map((name) => [name, tensor([1], [name.startsWith("keep") ? kept : 0.5])]),
    );
    return gradientsOf(network, given).c0.data[0] < 1e-6;
  };
  let [low, high] = [0, 1];
  while (!isGone(high)) [low, high] = [high, 2 * high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (isGone(middle)) high = middle;
    else low = middle;
  }
  return high;
}

describe("the memory of a gate with a bias", () => {
  it.each([
    [0, 19.9],
    [1, 44.1],
    [2, 108.8],
    [3, 284],
    [4, 761],
    [5, 2057],
  ])("b = %d lives for %d steps", (bias, steps) => {
    const formula = Math.log(1e6) / Math.log1p(Math.exp(-bias));
    expect(formula).toBeCloseTo(steps, steps < 200 ? 1 : -0.3);
    expect(lifeOf(bias)).toBe(Math.ceil(formula));
  });

  it("keeps a part that does not depend on the time when the bias is of order ln T, and nothing with none", () => {
    for (const time of [20, 100, 1000, 10_000]) {
      const left = (bias: number): number => Math.exp(-time * Math.log1p(Math.exp(-bias)));
      expect(left(Math.log(time))).toBeGreaterThan(Math.exp(-1));
      expect(left(Math.log(time))).toBeLessThan(0.4);
      expect(left(0)).toBeLessThan(1e-6);
    }
  });
});
