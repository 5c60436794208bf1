import { describe, expect, it } from "vitest";
import { caseOf, matrix, row } from "../../fixtures/builders/caseOf.js";
import { caseOfCell, caseOfNetwork } from "../../fixtures/builders/cellCase.js";
import { at, judgedAfter, withGrads } from "../../fixtures/builders/tampered.js";
import type { GruCell, LstmCell } from "../networks/cells.js";
import { memoryPath as chain } from "../networks/recurrent.js";
import { memoryPath } from "./memoryPath.js";

const f32 = { dtype: "f32" } as const;

describe("the path of a memory", () => {
  const lstm: LstmCell = { cell: "lstm", gates: "ifgo", forgetBias: 0, recurrentActivation: "sigmoid" };
  const hard: LstmCell = { ...lstm, recurrentActivation: "hardSigmoid" };
  /** The bias of the forget gate is the second. */
  const held = (cell: LstmCell, bias: number, options: { steps?: number; dtype?: "f32" } = {}) =>
    caseOfCell(cell, {
      steps: options.steps ?? 3,
      given: { bias: [0.5, bias, 1, -1], c0: [2] },
      returns: [`c${options.steps ?? 3}`],
      cotangents: [matrix([1])],
      ...(options.dtype && { dtype: options.dtype }),
    });
  const memoryIn = (c: ReturnType<typeof held>): number => c.inputs.length - 1;
  const changed = (c: ReturnType<typeof held>, change: (g: number) => number) =>
    judgedAfter(memoryPath, c, ([outcome]) => [withGrads(outcome, at(memoryIn(c), 0, change))]);

  it("is the product of what the gates keep", async () => {
    const c = held(lstm, 1, f32);
    expect(await judgedAfter(memoryPath, c)).toMatchObject({ verdict: "pass" });
    const kept = (1 / (1 + Math.exp(-1))) ** 3;
    expect(await changed(c, (g) => g * 1.0001)).toMatchObject({
      verdict: "fail",
      kind: "memory",
      expected: { value: expect.closeTo(kept, 12) as number },
    });
    expect(await changed(c, () => 1.5)).toMatchObject({ reason: expect.stringMatching(/^it grew to 1.5/) });
  });

  it.each([
    ["open", hard, 3, 1],
    ["half open", hard, 0, 0.125],
    ["shut", hard, -3, 0],
    ["open", lstm, 900, 1],
    ["shut", lstm, -900, 0],
  ] as const)("is exact for gates that are %s", async (_, cell, bias, left) => {
    const c = held(cell, bias);
    expect(await judgedAfter(memoryPath, c)).toMatchObject({ verdict: "pass" });
    const off = await changed(c, (g) => {
      expect(g).toBe(left);
      return g + 2 ** -50;
    });
    expect(off).toMatchObject({ verdict: "fail", expected: { low: left, high: left } });
  });

  it("leaves nothing to a state that only zeros lead to", async () => {
    const c = held(lstm, 1);
    const leak = await judgedAfter(memoryPath, c, ([outcome]) => [
      withGrads(
        outcome,
        at(memoryIn(c) - 1, 0, () => 1e-30),
      ),
    ]);
    expect(leak).toMatchObject({ verdict: "fail", kind: "leak" });
  });

  it.each(["z", "1 - z"] as const)("is that of a GRU, which keeps %s", async (keeps) => {
    const gru: GruCell = {
      cell: "gru",
      gates: "zrn",
      keeps,
      resetAfter: true,
      recurrentActivation: "sigmoid",
    };
    const c = caseOfCell(gru, {
      steps: 2,
      given: { x1: [1], x2: [-1], kernel: [1, 0, 2], bias: [0.5, 0, 0], recurrentBias: [0.25, 1, 1] },
      cotangents: [matrix([1])],
    });
    const z = [1.75, -0.25].map((sum) => 1 / (1 + Math.exp(-sum)));
    const expected = keeps === "z" ? z[0] * z[1] : (1 - z[0]) * (1 - z[1]);
    expect(await judgedAfter(memoryPath, c)).toMatchObject({ verdict: "pass" });
    expect(await changed(c, () => 0)).toMatchObject({
      verdict: "fail",
      expected: { value: expect.closeTo(expected, 14) as number },
    });
  });

  it("is that of a chain of inputs, to the bit for powers of two", async () => {
    const network = chain({ time: 3, shape: [2] });
    const given = { c0: [1, 1], keep1: [0.5, 0.3], keep2: [1, 0.7], keep3: [0.25, 0.9] };
    const c = caseOfNetwork(network, { given, cotangents: [row(3, 3)] });
    expect(await judgedAfter(memoryPath, c)).toMatchObject({ verdict: "pass" });
    const off = (i: number) =>
      judgedAfter(memoryPath, c, ([outcome]) => [
        withGrads(
          outcome,
          at(0, i, (g) => g * (1 + 2 ** -52)),
        ),
      ]);
    expect(await off(0)).toMatchObject({ verdict: "fail", element: 0, expected: { value: 0.375 } });
    // Three roundings may be in the other.
    expect(await off(1)).toMatchObject({ verdict: "pass" });
  });

  it("vanishes below the format's range, and no further", async () => {
    const c = held(hard, -1.5, { steps: 120, ...f32 });
    expect(await judgedAfter(memoryPath, c)).toMatchObject({ verdict: "pass" });
    expect(await changed(c, () => 1e-30)).toMatchObject({ verdict: "fail" });
  });

  it("minds no output without a cotangent", async () => {
    const c = caseOfCell(lstm, {
      given: { bias: [0, 1, 0, 0], c0: [2] },
      cotangents: [matrix([0]), matrix([1])],
    });
    expect(c.program.outputs).toHaveLength(2);
    expect(await judgedAfter(memoryPath, c)).toMatchObject({ verdict: "pass" });
    expect(await changed(c, (g) => g * 1.0001)).toMatchObject({ verdict: "fail", kind: "memory" });
  });

  it("is no single one where states come back, or others read the memory", async () => {
    const back = caseOfCell(lstm, { given: { recurrentKernel: [0, 0, 1, 0] }, returns: ["c1"] });
    const both = caseOfCell(lstm, { given: {} });
    for (const c of [back, both, caseOf("exp", [row(1)])]) {
      expect(await judgedAfter(memoryPath, c)).toMatchObject({ verdict: "inconclusive" });
    }
  });
});
