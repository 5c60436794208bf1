import { describe, expect, it, test } from "vitest";
import { drawCase } from "../arbitraries/drawCase.js";
import { F32 } from "../core/float.js";
import { DOUBLES, rounded, roundToNearest } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import { pointOf } from "../gradcheck/contradictions.js";
import { farthestFrom } from "./farthestFrom.js";
import { OPS } from "./index.js";
import type { AnyOp } from "./op.js";

const A = rounded(roundToNearest(F32));

/** Few windows hold a number of elements that is no power of two, and other means differ only then. */
const DRAWS = 1000;

/** Pairs of forms, 0 the careful rules, that have given the same digits in every case. */
function alike(op: AnyOp): string[] {
  const forms = [{}, ...op.textbook];
  const open = new Set(forms.flatMap((_, f) => forms.slice(0, f).map((__, g) => `${g} and ${f}`)));
  for (let i = 0; i < DRAWS && open.size > 0; i++) {
    const c = drawCase(new Stream(1, `forms ${op.name} ${i}`), op, { dtype: "f32" });
    const { attributes, gy } = pointOf(op, c);
    const digits = forms.map((form: AnyOp["textbook"][number]) => {
      const y = (form.meaning ?? op.meaning)(A, c.inputs, attributes);
      const gx = (form.vjp ?? op.vjp)(A, gy, c.inputs, y, attributes);
      return [y, ...gx].flatMap((x) => (x ? Array.from(x.data) : [])).join();
    });
    for (const pair of open) {
      const [g, f] = pair.split(" and ").map(Number);
      if (digits[g] !== digits[f]) open.delete(pair);
    }
  }
  return [...open];
}

describe("every textbook form rounds in its own way: one that does not has no reason to be there", () => {
  // Windows over three axes are drawn with 1, 2, 4 or 8 elements, over which every mean is exact.
  const written = OPS.filter((op) => op.textbook.length > 0 && op.name !== "avgPool3d");
  it.each(written.map((op) => [op.name, op] as const))("%s", (_name, op) => {
    expect(alike(op)).toEqual([]);
  });
});

test("of several evaluations the one farthest from the careful one is taken", () => {
  const results = [2, 1, -4, 5, 9];
  const next = () => results.shift()!;
  expect(farthestFrom(DOUBLES, 1, next)).toBe(-4);
  // A fifth is not asked for.
  expect(results).toEqual([9]);
});
