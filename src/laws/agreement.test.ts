import { describe, expect, it } from "vitest";
import { caseOf, matrix, precisionIn, row, scalar } from "../../fixtures/builders/caseOf.js";
import { at, judgedAfter, numbers, withGrads, withValue } from "../../fixtures/builders/tampered.js";
import { tensor } from "../core/tensor.js";
import type { AnyOp } from "../ops/op.js";
import { findOp } from "../ops/index.js";
import type { Case } from "../record/case.js";
import type { Outcome } from "../record/protocol.js";
import { decodeTensor, encodeTensor } from "../record/tensor.js";
import { gradientAgreement, tangentAgreement, valueAgreement } from "./agreement.js";
import { pointOf, type LawJudgement } from "./law.js";
import { oraclesAgree } from "./oracleAgreement.js";

const tanh = caseOf("tanh", [row(0.5, -1)], { dtype: "f32" });

/** What a law says when the only answer was changed. */
const judged = (
  law: typeof valueAgreement,
  c: Case,
  tamper: (outcome: Outcome) => Outcome,
): Promise<LawJudgement> => judgedAfter(law, c, ([outcome]) => [tamper(outcome)]);

const everythingDoubled = (o: Outcome): Outcome =>
  withGrads(
    withValue(
      o,
      numbers((y) => 2 * y),
    ),
    numbers((g) => 2 * g),
  );

/** The first gradient, a square of float32s, with its corners swapped. */
const firstTransposed = (o: Outcome): Outcome =>
  withGrads(o, (g, k) => {
    const { shape, data } = decodeTensor(g);
    return k === 0 ? encodeTensor(tensor(shape, [data[0], data[2], data[1], data[3]]), g.dtype) : g;
  });

describe("value agreement", () => {
  it("names the wrong element, what was expected there and what came", async () => {
    const judgement = await judged(valueAgreement, tanh, (o) =>
      withValue(
        o,
        at(0, 1, (y) => y + 0.25),
      ),
    );
    expect(judgement).toMatchObject({ verdict: "fail", kind: "value", where: "value[0]", element: 1 });
    expect(judgement.got).toBeCloseTo(Math.tanh(-1) + 0.25, 6);
    expect(judgement.expected!.value).toBe(Math.tanh(-1));
  });

  it("has words of its own for what is not finite", async () => {
    for (const [y, kind] of [
      [NaN, "nan"],
      [Infinity, "infinite"],
    ] as const) {
      const judgement = await judged(valueAgreement, tanh, (o) =>
        withValue(
          o,
          at(0, 0, () => y),
        ),
      );
      expect(judgement).toMatchObject({ verdict: "fail", kind, where: "value[0]", got: y });
    }
  });
});

describe("gradient agreement", () => {
  it("names the input", async () => {
    const c = caseOf("multiply", [row(2, 3), row(5, 7)], { dtype: "f32" });
    const judgement = await judged(gradientAgreement, c, (o) =>
      withGrads(
        o,
        at(1, 0, (g) => 2 * g),
      ),
    );
    expect(judgement).toMatchObject({
      verdict: "fail",
      kind: "value",
      where: "gradient[1]",
      element: 0,
      got: 4,
    });
  });

  it("says nothing where the value is wrong already", async () => {
    expect(await judged(gradientAgreement, tanh, everythingDoubled)).toEqual({
      verdict: "inconclusive",
      reason: "the value is wrong already",
    });
  });

  it("passes on what an answer without results means", async () => {
    const error = { id: "1", status: "error", error: { type: "Error", message: "no" } } as const;
    expect(await judged(gradientAgreement, tanh, () => error)).toMatchObject({
      verdict: "error",
      kind: "throws",
      where: "gradient",
    });
  });

  it("catches a sum that was not reduced, and a matrix that was not transposed", async () => {
    const sum = caseOf("multiply", [row(1, 2, 4), scalar(3)], { dtype: "f32" });
    // The gradient of the scalar is gy·x added up: 1 − 3 + 3 = 1, not the last term alone.
    expect(
      await judged(gradientAgreement, sum, (o) =>
        withGrads(
          o,
          at(1, 0, () => 3),
        ),
      ),
    ).toMatchObject({
      verdict: "fail",
      where: "gradient[1]",
      expected: { value: 1 },
    });
    const square = { attributes: { transposeA: false, transposeB: false }, dtype: "f32" } as const;
    const product = caseOf("matmul", [matrix([1, 2], [3, 4]), matrix([5, 6], [7, 8])], square);
    expect(await judged(gradientAgreement, product, firstTransposed)).toMatchObject({
      verdict: "fail",
      where: "gradient[0]",
    });
  });
});

describe("tangent agreement", () => {
  it("names the output", async () => {
    expect(
      await judged(tangentAgreement, tanh, (o) =>
        withGrads(
          o,
          at(0, 1, (dy) => -dy),
        ),
      ),
    ).toMatchObject({ verdict: "fail", kind: "value", where: "tangent[0]", element: 1 });
  });
});

describe("the oracles' agreement", () => {
  const at05 = pointOf(caseOf("tanh", [scalar(0.5)]));
  const pointWith = (op: AnyOp) => ({ ...at05, program: { ...at05.program, ops: [op] } });
  const tanhOp = findOp("tanh@1");

  it("is there on right rules, in both precisions", () => {
    expect(oraclesAgree(at05, precisionIn("f32"))).toEqual({ agree: true });
    expect(oraclesAgree(at05, precisionIn("f64"))).toEqual({ agree: true });
  });

  it("is missing when a rule of the reference is wrong, so that nobody is blamed", () => {
    const wrong = pointWith({ ...tanhOp, vjp: findOp("sigmoid@1").vjp });
    const agreement = oraclesAgree(wrong, precisionIn("f32"));
    expect(agreement).toMatchObject({ agree: false, silent: false });
    expect(agreement).toHaveProperty("doubt", expect.stringMatching(/^oracles disagree: reverse rules say/));
  });

  it("is looked for at the precision that is judged", () => {
    const slightlyWrong = pointWith({
      ...tanhOp,
      vjp: (A, gy, xs, y, attributes) =>
        tanhOp.vjp(A, gy, xs, y, attributes).map(
          (gx) =>
            gx && {
              shape: gx.shape,
              data: Array.from({ length: gx.data.length }, (_, i) => A.mul(gx.data[i], A.lift(1 + 1e-9))),
            },
        ),
    });
    expect(oraclesAgree(slightlyWrong, precisionIn("f32"))).toEqual({ agree: true });
    expect(oraclesAgree(slightlyWrong, precisionIn("f64"))).toMatchObject({ agree: false });
  });
});
