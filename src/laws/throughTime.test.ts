import { describe, expect, it } from "vitest";
import { caseOf, matrix, row } from "../../fixtures/builders/caseOf.js";
import { caseOfCell, caseOfNetwork } from "../../fixtures/builders/cellCase.js";
import { at, judgedAfter, numbers, withGrads, withValue } from "../../fixtures/builders/tampered.js";
import type { GruCell, LstmCell } from "../networks/cells.js";
import { NetworkBuilder } from "../networks/networkBuilder.js";
import { boundedStates } from "./boundedStates.js";
import { gainThroughTime } from "./gainThroughTime.js";
import { matrixProduct } from "./matrixProduct.js";

const f32 = { dtype: "f32" } as const;
const relu = { cell: "rnn", activation: "relu" } as const;
const tanh = { cell: "rnn", activation: "tanh" } as const;
const twoUnits = { size: 2, units: 2 };
const identity = [1, 0, 0, 1];

/** States that stay positive: the bias lifts them above whatever the matrix takes. */
const linear = (recurrentKernel: readonly number[], steps: number) =>
  caseOfCell(relu, {
    ...twoUnits,
    steps,
    given: { kernel: identity, recurrentKernel, bias: [3, 3], h0: [1, 1] },
    cotangents: [matrix([1, 0])],
    ...f32,
  });

describe("the gain through time", () => {
  const rotation = [0.6, 0.8, -0.8, 0.6];

  it("is kept by an orthogonal matrix and a linear cell", async () => {
    // A turned state may become negative: its bias is large enough for two steps.
    const c = caseOfCell(relu, {
      ...twoUnits,
      steps: 2,
      given: { recurrentKernel: rotation, bias: [9, 9], h0: [1, 1] },
      ...f32,
    });
    expect(await judgedAfter(gainThroughTime, c)).toMatchObject({ verdict: "pass" });
    for (const [factor, side] of [
      [0.9999, "less"],
      [1.0001, "more"],
    ] as const) {
      const changed = await judgedAfter(gainThroughTime, c, ([outcome]) => [
        withGrads(
          outcome,
          numbers((g) => g * factor),
        ),
      ]);
      expect(changed).toMatchObject({ verdict: "fail", kind: "gain", reason: expect.stringContaining(side) });
    }
  });

  it("is at most that of the matrix with tanh, whatever the inputs are", async () => {
    const c = caseOfCell(tanh, {
      ...twoUnits,
      steps: 3,
      given: { x1: [5, -5], kernel: identity, recurrentKernel: rotation, h0: [0.5, 0.25] },
    });
    expect(gainThroughTime.requests(c)[0].wrt).toEqual([0, 1, 2, 6]);
    expect(await judgedAfter(gainThroughTime, c)).toMatchObject({ verdict: "pass" });
    const longer = await judgedAfter(gainThroughTime, c, ([outcome]) => [
      withGrads(
        outcome,
        numbers((g) => g * 1e3),
      ),
    ]);
    expect(longer).toMatchObject({ verdict: "fail", kind: "gain" });
    const none = await judgedAfter(gainThroughTime, c, ([outcome]) => [
      withGrads(
        outcome,
        at(0, 0, () => NaN),
      ),
    ]);
    expect(none).toMatchObject({ verdict: "fail", kind: "gain" });
  });

  it("counts a quarter for a sigmoid that is written out", async () => {
    const b = new NetworkBuilder();
    const [h, W] = [b.input("h", [1, 1]), b.input("W", [1, 1])];
    const product = b.apply("matmul", [h, W], { transposeA: false, transposeB: false });
    b.mark("y", b.apply("sigmoid", [product]));
    const c = caseOfNetwork(b.build("y"), { given: { h: [0], W: [2] }, cotangents: [matrix([1])] });
    // The slope at 0 is ¼ itself.
    expect(await judgedAfter(gainThroughTime, c)).toMatchObject({ verdict: "pass" });
    const above = await judgedAfter(gainThroughTime, c, ([outcome]) => [
      withGrads(
        outcome,
        numbers((g) => g * 1.0001),
      ),
    ]);
    expect(above).toMatchObject({ verdict: "fail", got: 0.5 * 1.0001 });
  });

  it("is unknown behind other ops", async () => {
    const c = caseOf("exp", [row(1, 2)]);
    expect(await judgedAfter(gainThroughTime, c)).toMatchObject({ verdict: "inconclusive" });
  });
});

describe("the product of the matrices", () => {
  /** Radius ½, and norms of the powers 100, 100, 31, 2.0 and 0.004. */
  const far = [0.5, 0, 100, 0.5];

  it.each([
    [1, 100],
    [2, 100],
    [5, 31.25],
    [10, 1.953125],
    [20, 0.003814697265625],
  ])("grows before it vanishes, although its eigenvalues are ½: after %d steps %d", async (steps, gain) => {
    const c = linear(far, steps);
    const judgement = await judgedAfter(matrixProduct, c, ([outcome]) => [
      withGrads(
        outcome,
        at(steps, 1, (g) => {
          // t·100·½^(t − 1), exactly.
          expect(g).toBe(gain);
          return g;
        }),
      ),
    ]);
    expect(judgement).toMatchObject({ verdict: "pass" });
  });

  it("is told from a gradient that was cut off", async () => {
    const judgement = await judgedAfter(matrixProduct, linear(far, 2), ([outcome]) => [
      withGrads(
        outcome,
        numbers((g) => Math.min(g, 10)),
      ),
    ]);
    expect(judgement).toMatchObject({ verdict: "fail", kind: "product", got: 10, expected: { value: 100 } });
  });

  it("is nothing to go by where a step bends, or is no step of such a cell", async () => {
    const bent = caseOfCell(relu, { given: { x1: [-1], kernel: [1] } });
    const curved = caseOfCell(tanh, { given: { x1: [1], kernel: [1] } });
    for (const c of [bent, curved, caseOf("exp", [row(1)])]) {
      expect(await judgedAfter(matrixProduct, c)).toMatchObject({ verdict: "inconclusive" });
    }
  });
});

describe("states", () => {
  const lstm: LstmCell = { cell: "lstm", gates: "ifgo", forgetBias: 0, recurrentActivation: "sigmoid" };
  const gru: GruCell = {
    cell: "gru",
    gates: "zrn",
    keeps: "z",
    resetAfter: false,
    recurrentActivation: "sigmoid",
  };
  const at0 = (c: ReturnType<typeof caseOfCell>, output: number, y: number) =>
    judgedAfter(boundedStates, c, ([outcome]) => [
      withValue(
        outcome,
        numbers((x, _i, o) => (o === output ? y : x)),
      ),
    ]);

  it("of an LSTM are at most 1, and its memory grows by 1 a step", async () => {
    const c = caseOfCell(lstm, {
      steps: 3,
      given: { bias: [1e6, 1e6, 1e6, 1e6], c0: [2] },
      returns: ["h3", "c3"],
      ...f32,
    });
    expect(await judgedAfter(boundedStates, c)).toMatchObject({ verdict: "pass" });
    expect(await at0(c, 0, 1.0001)).toMatchObject({ verdict: "fail", kind: "bound", where: "value[0]" });
    expect(await at0(c, 1, -5)).toMatchObject({ verdict: "pass" });
    expect(await at0(c, 1, -5.001)).toMatchObject({ verdict: "fail", where: "value[1]" });
    expect(await at0(c, 1, NaN)).toMatchObject({ verdict: "fail" });
  });

  it("of a GRU are at most 1, or what they were at first", async () => {
    const c = caseOfCell(gru, { steps: 2, given: { h0: [-7], bias: [9, 0, 9] }, returns: ["h2"] });
    expect(await at0(c, 0, 7)).toMatchObject({ verdict: "pass" });
    expect(await at0(c, 0, 7.001)).toMatchObject({ verdict: "fail" });
  });

  it("of plain cells are bounded by tanh, and not by relu", async () => {
    const given = { x1: [1e6], kernel: [1e6] };
    expect(await at0(caseOfCell(tanh, { given }), 0, 1.1)).toMatchObject({ verdict: "fail" });
    expect(await judgedAfter(boundedStates, caseOfCell(relu, { given }))).toMatchObject({
      verdict: "inconclusive",
    });
  });

  it("are nothing to go by where sums leave the range", async () => {
    const c = caseOfCell(tanh, { given: { x1: [1e30], kernel: [1e30] }, ...f32 });
    expect(await judgedAfter(boundedStates, c)).toMatchObject({ verdict: "inconclusive" });
  });
});
