import { describe, expect, it } from "vitest";
import { F32 } from "../core/float.js";
import { Stream } from "../core/random.js";
import { tensor, type Tensor } from "../core/tensor.js";
import { findOp } from "../ops/index.js";
import type { Attributes } from "../ops/op.js";
import { check, singleOp } from "../program/program.js";
import { assess, type Assessment } from "./assess.js";
import type { Point } from "./quantity.js";

const f = Math.fround;
const total = (terms: readonly number[]): number => terms.reduce((sum, x) => f(sum + x), 0);

/** One row or channel in float32, its variance as mean(x²) − mean² and at least 0: what Flax computes. */
function fastNorm(x: readonly number[], g: readonly number[], epsilon: number) {
  const n = x.length;
  const mean = f(total(x) / n);
  const difference = f(f(total(x.map((xi) => f(xi * xi))) / n) - f(mean * mean));
  const r = f(1 / f(Math.sqrt(f(Math.max(0, difference) + f(epsilon)))));
  const centred = x.map((xi) => f(xi - mean));
  const gr = total(g.map((gi, i) => f(gi * centred[i])));
  const gVariance = difference > 0 ? f(gr * f(-0.5 * f(f(r * r) * r))) : 0;
  const gMean = f(f(-total(g.map((gi) => f(gi * r)))) - f(f(2 * mean) * gVariance));
  return {
    y: centred.map((c) => f(c * r)),
    gx: g.map((gi, i) => f(f(f(gi * r) + f(f(2 * x[i]) * f(gVariance / n))) + f(gMean / n))),
  };
}

/** What is said of a value and a gradient; by default, of those that `fastNorm` computes. */
function judged(
  op: string,
  x: readonly number[],
  g: readonly number[],
  epsilon: number,
  { y, gx } = fastNorm(x, g, epsilon),
): { readonly value: Assessment; readonly gradient: Assessment } {
  const attributes: Attributes =
    op === "layerNorm"
      ? { epsilon, affine: false }
      : { axis: 1, epsilon, training: true, parameters: "none" };
  const shaped = (values: readonly number[]): Tensor =>
    tensor(op === "layerNorm" ? [values.length] : [values.length, 1], values);
  const point: Point = {
    program: check(singleOp(findOp(op), [shaped(x).shape], attributes)),
    inputs: [shaped(x)],
    cotangents: [shaped(g)],
    tangents: [shaped(g)],
  };
  const precision = { format: F32, flush: false, intrinsicUlps: {} };
  return {
    value: assess("value", point, [shaped(y)], precision),
    gradient: assess("gradient", point, [shaped(gx)], precision),
  };
}

/** Seed 7, 300 draws of each op: means up to 1e9 deviations away from 0. */
const CASES = 300;

describe.each(["layerNorm", "batchNorm"])("a variance that cancels in %s", (op) => {
  it("is never called wrong, and what it loses is reported", () => {
    const stream = new Stream(7, `fast variance ${op}`);
    const verdicts: Assessment[] = [];
    for (let n = 0; n < CASES; n++) {
      const mean = stream.sign() * 10 ** stream.between(0, 5);
      const deviation = 10 ** stream.between(-4, 1);
      const length = stream.int(2, 6);
      const x = Array.from({ length }, () => f(mean + deviation * stream.normal()));
      const g = Array.from({ length }, () => f(stream.sign() * stream.between(0.25, 2)));
      verdicts.push(...Object.values(judged(op, x, g, stream.pick([1e-6, 1e-5, 1e-3]))));
    }
    expect(verdicts.filter(({ verdict }) => verdict === "fail")).toEqual([]);
    const lossy = verdicts.filter(({ verdict }) => verdict === "inaccurate");
    expect(lossy.length).toBeGreaterThan(CASES / 2);
    // All digits of a float32: the report ranks by this number.
    expect(Math.max(...lossy.map((a) => a.errorOverAttainable ?? 0))).toBeGreaterThan(1e6);
  });

  it("loses nothing near a mean of 0", () => {
    const { value, gradient } = judged(op, [0.5, -1.25, 2, -0.75], [1, -0.5, 0.25, 2], 1e-3);
    expect([value.verdict, gradient.verdict]).toEqual(["pass", "pass"]);
  });

  it("excuses no wrong gradient there", () => {
    const x = [0.5, -1.25, 2, -0.75];
    const g = [1, -0.5, 0.25, 2];
    const { y, gx } = fastNorm(x, g, 1e-3);
    const wrong = gx.map((value, i) => (i === 2 ? f(value * 1.001) : value));
    expect(judged(op, x, g, 1e-3, { y, gx: wrong }).gradient.verdict).toBe("fail");
  });
});
