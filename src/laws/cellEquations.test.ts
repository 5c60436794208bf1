import { describe, expect, it } from "vitest";
import { caseOf, row } from "../../fixtures/builders/caseOf.js";
import { caseOfCell } from "../../fixtures/builders/cellCase.js";
import { at, judgedAfter, numbers, withGrads, withValue } from "../../fixtures/builders/tampered.js";
import type { FloatType } from "../core/float.js";
import { batchRows } from "./batchRows.js";
import { sharedInputs } from "./sharedInputs.js";
import { writtenOut } from "./writtenOut.js";

const rnn = { cell: "rnn", activation: "tanh" } as const;
const lstm = { cell: "lstm", gates: "ifgo", forgetBias: 1, recurrentActivation: "sigmoid" } as const;

const given = {
  x1: [0.5, -1],
  x2: [1, 0.25],
  kernel: [0.75],
  recurrentKernel: [-0.5],
  bias: [0.125],
  h0: [0.25, 0.5],
};
const two = (dtype: FloatType) => caseOfCell(rnn, { steps: 2, batch: 2, given, dtype });
/** Inputs are x1, x2, kernel, recurrentKernel, bias and h0. */
const KERNEL = 2;

describe.each(["f64", "f32"] as const)("in %s", (dtype) => {
  const c = two(dtype);

  describe("cells written out", () => {
    it("are the cells", async () => {
      expect(await judgedAfter(writtenOut, c)).toMatchObject({ verdict: "pass" });
      const memory = caseOfCell(lstm, {
        steps: 3,
        given: { x1: [1], x2: [-1], x3: [0.5], kernel: [1, 2, -1, 0.5], bias: [0, 1, 0.5, 0], c0: [2] },
        dtype,
      });
      expect(writtenOut.requests(memory)[1].program.nodes.map(({ op }) => op)).not.toContain("lstmCell@1");
      // The forget bias is an input of the written-out program, and of nothing that is judged.
      expect(writtenOut.requests(memory)[1].inputs).toHaveLength(memory.inputs.length + 3);
      expect(await judgedAfter(writtenOut, memory)).toMatchObject({ verdict: "pass" });
    });

    it("are told from others by values and by gradients", async () => {
      const value = await judgedAfter(writtenOut, c, ([short, long]) => [
        withValue(
          short,
          numbers((y) => y * 1.0001),
        ),
        long,
      ]);
      expect(value).toMatchObject({ verdict: "fail", kind: "written out", where: "value[0]" });
      const gradient = await judgedAfter(writtenOut, c, ([short, long]) => [
        short,
        withGrads(
          long,
          at(KERNEL, 0, (g) => g * 1.001 + 1e-4),
        ),
      ]);
      expect(gradient).toMatchObject({ verdict: "fail", kind: "written out", where: `gradient[${KERNEL}]` });
      expect(gradient.reason).toMatch(/written out in products, sums and activations it is .*, by cells /);
    });
  });

  describe("shared inputs", () => {
    it("have the sums of the gradients of copies, one for each reader", async () => {
      const [, apart] = sharedInputs.requests(c);
      // The three weights are read twice.
      expect(apart.program.inputs).toHaveLength(c.inputs.length + 3);
      expect(apart.program.nodes.map(({ inputs }) => inputs)).toEqual([
        [0, 8, 2, 4, 6],
        [1, 9, 3, 5, 7],
      ]);
      expect(await judgedAfter(sharedInputs, c)).toMatchObject({ verdict: "pass" });
    });

    it("are told from the gradient of one reader alone", async () => {
      const judgement = await judgedAfter(sharedInputs, c, ([once, apart]) => [
        withGrads(
          once,
          numbers((g, _i, k) => (k === KERNEL ? g / 2 : g)),
        ),
        apart,
      ]);
      expect(judgement).toMatchObject({ verdict: "fail", kind: "shared", where: `gradient[${KERNEL}]` });
    });

    it("say nothing where everything is read once", async () => {
      const once = caseOf("multiply", [row(1, 2), row(3, 4)], { dtype });
      expect(await judgedAfter(sharedInputs, once)).toMatchObject({ verdict: "inconclusive" });
    });
  });

  describe("rows of a batch", () => {
    it("are batches of their own", async () => {
      const [, ...alone] = batchRows.requests(c);
      expect(alone.map(({ inputs }) => inputs[0].shape)).toEqual([
        [1, 1],
        [1, 1],
      ]);
      expect(await judgedAfter(batchRows, c)).toMatchObject({ verdict: "pass" });
    });

    it("are told from rows that touch each other, and from a mean over them", async () => {
      const touched = await judgedAfter(batchRows, c, ([together, ...alone]) => [
        withGrads(
          together,
          at(0, 1, (g) => g + 0.01),
        ),
        ...alone,
      ]);
      expect(touched).toMatchObject({ verdict: "fail", kind: "rows", where: "gradient[0]", element: 1 });
      const mean = await judgedAfter(batchRows, c, ([together, ...alone]) => [
        withGrads(
          together,
          numbers((g, _i, k) => (k === KERNEL ? g / 2 : g)),
        ),
        ...alone,
      ]);
      expect(mean).toMatchObject({ verdict: "fail", where: `gradient[${KERNEL}]` });
    });

    it("say nothing of one row, and of other programs", async () => {
      const one = caseOfCell(rnn, { given: { x1: [1], kernel: [0.5] }, dtype });
      const other = caseOf("multiply", [row(1, 2), row(3, 4)], { dtype });
      for (const each of [one, other]) {
        expect(await judgedAfter(batchRows, each)).toMatchObject({ verdict: "inconclusive" });
      }
    });
  });

  it("an answer that is none is passed on", async () => {
    for (const law of [writtenOut, sharedInputs, batchRows]) {
      const judgement = await judgedAfter(law, c, (honest) =>
        honest.map(() => ({ id: "1", status: "unsupported", what: "op", detail: "no cells" }) as const),
      );
      expect(judgement).toEqual({ verdict: "unsupported", reason: "op: no cells" });
    }
  });
});
