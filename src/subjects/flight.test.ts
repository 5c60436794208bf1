import { describe, expect, it } from "vitest";
import type { ObjectQuestion } from "../record/protocol.js";
import { Deadlines } from "./deadlines.js";
import { flightOf } from "./flight.js";
import { encodeTyped } from "./typedTensor.js";

const one = encodeTyped({ shape: [1], data: Float64Array.of(1) });

const run = (steps: number): ObjectQuestion => ({
  cmd: "optimize",
  optimizer: "adam",
  hyper: {},
  params: [one],
  steps: Array.from({ length: steps }, () => ({ gradients: [one] })),
});
const draw = (length: number): ObjectQuestion => ({
  cmd: "initialize",
  initializer: "zeros",
  shape: [length],
  seed: 1,
  count: 2,
  dtype: "f64",
});

const patienceFor = (question: ObjectQuestion): number =>
  flightOf(question.cmd, question, question, () => undefined).patience;

describe("a request", () => {
  it("that is long by itself is given longer before it counts as hanging", () => {
    expect([1, 100, 10_000].map((steps) => patienceFor(run(steps)))).toEqual([1, 1, 100]);
    expect([10, 50_000, 500_000].map((length) => patienceFor(draw(length)))).toEqual([1, 1, 10]);
    const deadlines = new Deadlines({ minimumMs: 2000, firstUseFactor: 1, capMs: 60_000 });
    const { cell, program, patience } = flightOf("optimize", {}, run(2000), () => undefined);
    expect(deadlines.limitMs(cell.name, program, patience)).toBe(40_000);
    expect(deadlines.limitMs(cell.name, program, 1e6)).toBe(60_000);
  });
});
