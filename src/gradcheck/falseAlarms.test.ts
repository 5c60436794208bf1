import { expect, it } from "vitest";
import { drawCase } from "../arbitraries/drawCase.js";
import { F32 } from "../core/float.js";
import { DOUBLES, rounded, roundToNearest } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import { sizeOf } from "../core/shape.js";
import { tensor, type Tensor } from "../core/tensor.js";
import { OPS } from "../ops/index.js";
import { checkGradient } from "../oracles/checkGradient.js";
import { flatten } from "../oracles/quantity.js";
import { evaluate } from "../program/evaluate.js";
import { check, differentiable } from "../program/program.js";
import { reverse } from "../program/reverse.js";
import { gradcheck } from "./gradcheck.js";

const SEED = 53;
const PER_OP = 6;

/** Every primitive rounded to float32, in careful form: as precise as that format allows, and no more. */
const SINGLE = rounded(roundToNearest(F32));

it("a correct gradient in float32 is never called wrong, on any op", () => {
  const wrong: string[] = [];
  let decided = 0;
  let all = 0;
  for (const op of OPS) {
    for (let i = 0; i < PER_OP; i++) {
      const c = drawCase(new Stream(SEED, `${op.name} ${i}`), op, { dtype: "f32", region: "normal" });
      const program = check(c.program);
      const moving = differentiable(program);
      const at = (xs: readonly Float64Array[]): Tensor[] =>
        c.inputs.map((x, k) => (moving.includes(k) ? { ...x, data: xs[moving.indexOf(k)] } : x));
      const values = (xs: readonly Float64Array[]) => evaluate(SINGLE, program, at(xs));
      const sizes = program.outputs.map((value) => program.shapes[value]);
      const { verdict, reason } = checkGradient(
        (xs) => flatten(program.outputs.map((value) => values(xs)[value])),
        (xs, v) => {
          let from = 0;
          const seeds = sizes.map((shape) => {
            const data = v.slice(from, (from += shape.reduce((n, l) => n * l, 1)));
            return tensor(shape, data.map(Math.fround));
          });
          return reverse(SINGLE, program, values(xs), seeds).flatMap((gx) => (gx ? [flatten([gx])] : []));
        },
        moving.map((k) => c.inputs[k].data),
        { seed: i, format: "f32" },
      );
      all++;
      if (verdict === "fail") wrong.push(`${op.name} ${i}: ${reason}`);
      if (verdict !== "inconclusive") decided++;
    }
  }
  expect(wrong).toEqual([]);
  expect(decided).toBeGreaterThan(0.8 * all);
});

/** Differences of differences are costly, and larger inputs show nothing else. */
const MOST_ELEMENTS = 12;

it("nor is the derivative of a correct gradient, in doubles", () => {
  const wrong: string[] = [];
  let passed = 0;
  let all = 0;
  for (const op of OPS) {
    const c = drawCase(new Stream(SEED, `${op.name} second order`), op, { dtype: "f64", region: "normal" });
    const program = check(c.program);
    const moving = differentiable(program);
    const elements = moving.reduce((n, k) => n + c.inputs[k].data.length, 0);
    if (elements === 0 || elements > MOST_ELEMENTS) continue;
    const at = (xs: readonly Tensor[]) =>
      evaluate(
        DOUBLES,
        program,
        c.inputs.map((x, k) => (moving.includes(k) ? xs[moving.indexOf(k)] : x)),
      );
    const sizes = program.outputs.map((value) => program.shapes[value]);
    const f = (...xs: Tensor[]): Float64Array => {
      const values = at(xs);
      return flatten(program.outputs.map((value) => values[value]));
    };
    const vjp = (v: Float64Array, ...xs: Tensor[]): unknown => {
      let from = 0;
      const seeds = sizes.map((shape) => tensor(shape, v.slice(from, (from += sizeOf(shape)))));
      return reverse(DOUBLES, program, at(xs), seeds).filter((gx) => gx !== null);
    };
    const inputs = moving.map((k) => c.inputs[k]);
    const { verdict, report } = gradcheck(f, inputs, { vjp, order: 2, mostShrinking: 0 });
    all++;
    if (verdict === "fail") wrong.push(`${op.name}: ${report}`);
    if (verdict === "pass") passed++;
  }
  expect(wrong).toEqual([]);
  expect(passed).toBeGreaterThan(0.9 * all);
});
