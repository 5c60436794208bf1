import { describe, expect, it } from "vitest";
import { caseOf, matrix, row, scalar } from "../../fixtures/builders/caseOf.js";
import { offBy, withRecord } from "../../fixtures/builders/faulty.js";
import { drawCase } from "../arbitraries/drawCase.js";
import { judgeCase } from "../campaign/judgeCase.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import { liftTensor, toTensor } from "../core/tensor.js";
import { valueAgreement } from "../laws/agreement.js";
import { failure, pointOf, type Law } from "../laws/law.js";
import { hessianAgreement } from "../laws/secondOrder.js";
import { findOp } from "../ops/index.js";
import type { AnyOp } from "../ops/op.js";
import { compute, flatten } from "../oracles/quantity.js";
import { check } from "../program/program.js";
import type { Case } from "../record/case.js";
import type { Cause } from "../record/fault.js";
import { inProcessSubject } from "../subjects/inProcess.js";
import type { Subject } from "../subjects/subject.js";
import { tfjsAdapter } from "../subjects/tfjs.js";
import { causeOf } from "./causes.js";
import { COMPOSED, compositionOf } from "./compositions.js";

const tfjs = inProcessSubject("tfjs", await tfjsAdapter({ log: () => undefined }));

async function causeIn(subject: Subject, law: Law, c: Case): Promise<Cause | undefined> {
  const judgement = await judgeCase(law, c, subject);
  expect(judgement.verdict).toBe("fail");
  return causeOf(c, judgement, subject);
}

const f32 = { dtype: "f32" } as const;
const one = scalar(1);
const single = { ...f32, cotangents: [one], tangents: [one] };

describe("an op written in simpler ones", () => {
  it.each(COMPOSED)("%s has the value and the second derivative of its record", (name) => {
    const op = findOp(`${name}@1`);
    let compared = 0;
    for (let i = 0; i < 40; i++) {
      const c = drawCase(new Stream(1, `${name} ${i}`), op, { dtype: "f64", region: "normal" });
      const composition = compositionOf(check(c.program));
      if (!composition) continue;
      const { program, constants } = composition;
      const inputs = [...c.inputs, ...constants];
      const tangents = [...c.tangents, ...constants.map((x) => ({ ...x, data: x.data.map(() => 0) }))];
      const written = { ...pointOf(c), program, inputs, tangents };
      for (const quantity of ["value", "hvp"] as const) {
        const own = flatten(compute(DOUBLES, quantity, pointOf(c)));
        const theirs = flatten(compute(DOUBLES, quantity, written));
        const size = own.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
        // Two formulas of one function, far from where either cancels badly.
        own.forEach((x, k) => expect(Math.abs(theirs[k] - x)).toBeLessThan(1e-9 * size));
      }
      compared++;
    }
    expect(compared).toBeGreaterThan(3);
  });
});

describe("a Hessian product", () => {
  /** The mistake itself: what the reverse rule was made of does not move when it is differentiated again. */
  const held = (op: AnyOp): AnyOp => ({
    ...op,
    vjp: (A, gy, xs, y, attributes) => {
      const [x, result] = [xs[0], y].map((each) => liftTensor(A, toTensor(A, each)));
      return op.vjp(A, gy, [x], result, attributes);
    },
  });

  it("is that of a gradient that counts as constant, where the square of the op says so", async () => {
    const cause = await causeIn(withRecord("tanh", held), hessianAgreement, caseOf("tanh", [row(0.5, -1)]));
    expect(cause).toMatchObject({ kind: "held gradient", ops: ["tanh"] });
  });

  it("that is merely zero has no such cause: the square is right, or wrong in another way", async () => {
    // The rule does not see x move, and doubles what it is given as soon as that moves.
    const odd = (op: AnyOp): AnyOp => ({
      ...op,
      vjp: (A, gy, xs, y, attributes) =>
        held(op)
          .vjp(A, gy, xs, y, attributes)
          .map((gx) => {
            if (!gx) return null;
            const still = liftTensor(A, toTensor(A, gx));
            const data = A.array(gx.data.length);
            for (let i = 0; i < data.length; i++) {
              data[i] = A.add(gx.data[i], A.mul(A.lift(9), A.sub(gx.data[i], still.data[i])));
            }
            return { shape: gx.shape, data };
          }),
    });
    const c = caseOf("tanh", [row(0.5, -1)]);
    expect(await causeIn(withRecord("tanh", odd), hessianAgreement, c)).toBeUndefined();
  });

  it("of TensorFlow.js has the cause that its ops have", async () => {
    const batch = matrix([1]);
    const rnn = caseOf("rnnCell", [batch, batch, batch, batch, row(1)], {
      attributes: { activation: "tanh" },
      ...f32,
      cotangents: [batch],
    });
    for (const [c, ops] of [
      [caseOf("sigmoid", [one], single), ["sigmoid"]],
      [caseOf("silu", [one], single), ["sigmoid"]],
      [caseOf("mish", [one], single), ["tanh"]],
      [rnn, ["tanh"]],
    ] as const) {
      expect(await causeIn(tfjs, hessianAgreement, c)).toMatchObject({ kind: "held gradient", ops });
    }
    // In a square, the gradient of elu cannot be differentiated at all: that may be another fault.
    expect(await causeIn(tfjs, hessianAgreement, caseOf("elu", [scalar(-1)], single))).toBeUndefined();
  });

  it("is that of a gradient which is wrong elsewhere", async () => {
    const ones = matrix([1], [1]);
    const c = caseOf("softmaxCrossEntropy", [ones, ones], { attributes: { reduction: "sum" }, ...f32 });
    const suspected = failure("value", "hvp[1]", "outside everything that correct arithmetic reaches");
    const cause = await causeOf({ ...c, tangents: [ones, matrix([-2], [1])] }, suspected, tfjs);
    expect(cause).toMatchObject({ kind: "wrong gradient", ops: ["softmaxCrossEntropy"] });
  });
});

describe("a value", () => {
  const gelu = caseOf("gelu", [scalar(-2.1)], { attributes: { approximate: "none" }, ...f32 });

  it("is wrong because an op is that it is made of", async () => {
    expect(await causeIn(tfjs, valueAgreement, gelu)).toMatchObject({ kind: "another op", ops: ["erf"] });
  });

  it("is wrong by itself where the ops that it is made of are right", async () => {
    const shifted = (op: AnyOp): AnyOp => ({
      ...op,
      meaning: (A, xs, attributes) => {
        const y = op.meaning(A, xs, attributes);
        const data = A.array(y.data.length);
        for (let i = 0; i < data.length; i++) data[i] = A.mul(y.data[i], A.lift(1.001));
        return { shape: y.shape, data };
      },
      textbook: [],
      kernels: {},
    });
    const c = caseOf("silu", [row(0.5, 2)]);
    expect(await causeIn(withRecord("silu", shifted), valueAgreement, c)).toBeUndefined();
    const right = withRecord("silu", offBy(0));
    expect((await judgeCase(valueAgreement, c, right)).verdict).toBe("pass");
  });
});
