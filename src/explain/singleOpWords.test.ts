import { describe, expect, it } from "vitest";
import { caseOf, row, scalar } from "../../fixtures/builders/caseOf.js";
import { drawCase } from "../arbitraries/drawCase.js";
import { Stream } from "../core/random.js";
import { pointOf } from "../laws/law.js";
import { OPS } from "../ops/index.js";
import { hasGradient } from "../ops/op.js";
import { bigDirectional, toEstimate } from "../oracles/bigNumber.js";
import type { Case } from "../record/case.js";
import { unitTangents, type Dispute, type Word } from "./dispute.js";
import { complexWord, symbolicWord } from "./singleOpWords.js";

const dispute = (c: Case, quantity: Dispute["quantity"] = "gradient"): Dispute => ({
  quantity,
  point: pointOf(c),
  positions: [0],
  got: 0,
  tolerance: 0,
});

const distance = (word: Word | undefined, truth: number): number =>
  Math.abs(word!.value - truth) / word!.bound;

describe("a complex step and a symbolic derivative", () => {
  it("bear each other out within their bounds, on every elementwise op that both know", async () => {
    const outside: string[] = [];
    let compared = 0;
    for (const op of OPS.filter((one) => one.elementwise && hasGradient(one))) {
      for (const quantity of ["gradient", "tangent"] as const) {
        const stream = new Stream(91, `${op.name} ${quantity}`);
        const asked = dispute(drawCase(stream, op, { dtype: "f64", region: "normal" }), quantity);
        if (asked.point.inputs.some(({ data }) => data.length === 0)) continue;
        const [one, other] = [complexWord(asked, 0), await symbolicWord(asked)];
        if (!one || !other || !Number.isFinite(one.value) || !Number.isFinite(other.value)) continue;
        compared++;
        if (!(Math.abs(one.value - other.value) <= one.bound + other.bound)) {
          outside.push(
            `${op.name} ${quantity}: ${one.value} ± ${one.bound}, ${other.value} ± ${other.bound}`,
          );
        }
      }
    }
    expect(outside).toEqual([]);
    expect(compared).toBeGreaterThan(40);
  });

  it("know what a broadcast element adds up to", async () => {
    const c = caseOf("multiply", [scalar(3), row(1, 2, 4)]);
    const asked = dispute(c);
    // caseOf draws the cotangents, which are exact here: Σ vⱼ·bⱼ.
    const truth = c.cotangents[0].data.reduce((total, v, j) => total + v * [1, 2, 4][j], 0);
    for (const word of [complexWord(asked, 1e-15), await symbolicWord(asked)]) {
      expect(distance(word, truth)).toBeLessThanOrEqual(1);
    }
  });

  it.each(["none", "tanh"])("allow for a meaning that cancels: gelu at −10, %s", async (approximate) => {
    const asked = dispute(caseOf("gelu", [scalar(-10)], { attributes: { approximate } }));
    const { program, inputs, cotangents } = asked.point;
    const { value, bound } = toEstimate(
      await bigDirectional(program, inputs, unitTangents(asked.point, [0]), cotangents),
    );
    const word = complexWord(asked, 0)!;
    expect(Math.abs(word.value - value)).toBeLessThanOrEqual(word.bound + bound);
    expect(word.bound).toBeLessThan(1e-9 * Math.abs(value));
  });

  it("allow for a meaning that cancels: the slope of softsign far out", () => {
    // 1/(1 + |x|) − |x|/(1 + |x|)² = 1/(1 + |x|)²
    const c = caseOf("softsign", [scalar(-10000.079)]);
    const truth = c.cotangents[0].data[0] / (1 + 10000.079) ** 2;
    const word = complexWord(dispute(c), 0);
    expect(distance(word, truth)).toBeLessThanOrEqual(1);
    // And not for anything: the bound is far below the slope.
    expect(word!.bound).toBeLessThan(1e-8 * Math.abs(truth));
  });
});

describe("they have no word", () => {
  it("on values, on several ops or on ops of whole arrays", async () => {
    const asked = [
      dispute(caseOf("tanh", [row(0.5)]), "value"),
      dispute(caseOf("sum", [row(0.5)], { attributes: { axes: "all", keepdims: false } })),
    ];
    for (const one of asked) {
      expect(complexWord(one, 0)).toBeUndefined();
      expect(await symbolicWord(one)).toBeUndefined();
    }
  });

  it("where the step, or the digits, would not do", async () => {
    expect(complexWord(dispute(caseOf("square", [scalar(1e-200)])), 0)).toBeUndefined();
    expect(await symbolicWord(dispute(caseOf("square", [scalar(1e-200)])))).toBeUndefined();
    expect(await symbolicWord(dispute(caseOf("exp", [scalar(700)])))).toBeUndefined();
    // A comparison has no formula.
    expect(await symbolicWord(dispute(caseOf("relu", [scalar(3)])))).toBeUndefined();
  });

  it("where a comparison is closer than rounding can tell", () => {
    const clip = { attributes: { low: -0.2, high: 1 } };
    expect(complexWord(dispute(caseOf("clip", [scalar(-0.2)], clip)), 0)).toBeUndefined();
    expect(complexWord(dispute(caseOf("clip", [scalar(0.5)], clip)), 0)).toBeDefined();
  });
});
