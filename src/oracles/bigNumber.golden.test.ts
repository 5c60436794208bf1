import { beforeAll, describe, expect, it } from "vitest";
import { GOLDEN, goldenTensor, type GoldenCase } from "../../fixtures/golden/goldenCase.js";
import { Stream } from "../core/random.js";
import { opId } from "../ops/op.js";
import { findOp, OPS } from "../ops/index.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { toTensor } from "../core/tensor.js";
import { bundleOf, partsOf } from "../program/bundle.js";
import { evaluate, liftAll } from "../program/evaluate.js";
import { check, singleOp } from "../program/program.js";
import { bigGradientElement } from "./bigNumber.js";
import { bigNumbers, loadBigNumbers, withDigits, type BigNumbers } from "./bigAlgebra.js";

/** Enough that 35 digits are left where a meaning cancels 60 of them; the golden digits are rounded to 40. */
const DIGITS = 100;
const AGREEMENT = "1e-35";

let Exact: BigNumbers;
beforeAll(async () => {
  Exact = await loadBigNumbers(DIGITS);
});

const programOf = (golden: GoldenCase) => {
  const shapes = golden.inputs.map((x) => x.shape);
  return check(singleOp(findOp(golden.op), shapes, golden.attributes));
};

/** What differs by more than AGREEMENT of itself, in words. */
function disagreements(golden: GoldenCase): string[] {
  const program = programOf(golden);
  const stream = new Stream(1, `golden ${golden.op}`);
  const A = bigNumbers(withDigits(Exact, DIGITS), () => stream.bits() < 0);
  const values = evaluate(A, program, liftAll(A, golden.inputs.map(goldenTensor)));
  const { data } = bundleOf(A, program, 0, values);
  return golden.value.digits.flatMap((digits, i) => {
    const expected = new Exact(digits);
    return new Exact(data[i]).minus(expected).abs().lte(expected.abs().times(AGREEMENT))
      ? []
      : [
          `${golden.op} ${JSON.stringify(golden.attributes)} value[${i}]: expected ${digits}, got ${data[i].toString()}`,
        ];
  });
}

describe.each(OPS.map(opId))("%s", (op) => {
  const cases = GOLDEN.filter((golden) => golden.op === op);

  it("means in BigNumbers what the golden digits say, to 35 digits", () => {
    expect(cases.flatMap(disagreements)).toEqual([]);
  });

  it("has golden gradients within the bound of the BigNumber difference", async () => {
    const wrong: string[] = [];
    // Six cases of each op, and of each one element chosen by lot: all of them would take minutes.
    const step = Math.ceil(cases.length / 6);
    for (const golden of cases.filter((_, n) => n % step === 0)) {
      const moving = golden.gradients.flatMap((gradient, k) => (gradient ? [{ gradient, k }] : []));
      if (moving.length === 0) continue;
      const stream = new Stream(2, `${op} ${golden.value.digits.join()}`);
      const { gradient, k } = stream.pick(moving);
      const i = stream.int(0, gradient.digits.length - 1);
      const inputs = golden.inputs.map(goldenTensor);
      const program = programOf(golden);
      const cotangents = partsOf(DOUBLES, program, 0, goldenTensor(golden.cotangent)).map((part) =>
        toTensor(DOUBLES, part),
      );
      const got = await bigGradientElement(program, inputs, cotangents, k, i);
      const truth = new Exact(gradient.digits[i]);
      const bound = new Exact(got.bound);
      // A wide bound would agree with anything. Half a unit of the 40th digit belongs to the golden digits.
      const informative = bound.lte((truth.isZero() ? new Exact(1) : truth.abs()).times("1e-20"));
      const allowed = bound.plus(truth.abs().times("1e-39"));
      if (!informative || !new Exact(got.value).minus(truth).abs().lte(allowed)) {
        wrong.push(
          `${op} ${JSON.stringify(golden.attributes)} gradient[${k}][${i}]: expected ${truth.toString()}, ` +
            `got ${got.value} ± ${got.bound}`,
        );
      }
    }
    expect(wrong).toEqual([]);
  });
});
