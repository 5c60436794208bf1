import { describe, expect, test } from "vitest";
import { WORKED_EXAMPLES } from "../../fixtures/builders/workedExamples.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { tensor, type Tensor } from "../core/tensor.js";
import { findOp } from "./index.js";
import type { Attributes } from "./op.js";

type Nested = number | readonly Nested[];

function parseTensor(text: string): Tensor {
  const nested = JSON.parse(text) as Nested;
  const shape: number[] = [];
  for (let level = nested; typeof level !== "number"; level = level[0]) shape.push(level.length);
  return tensor(shape, leaves(nested));
}

const leaves = (nested: Nested): number[] => (typeof nested === "number" ? [nested] : nested.flatMap(leaves));

/** The numbers of an example have a handful of roundings, and its decimals one. */
function expectEqual(got: { shape: readonly number[]; data: ArrayLike<number> } | null, text: string): void {
  if (got === null) return expect("null").toBe(text);
  const wanted = parseTensor(text);
  expect(got.shape).toEqual(wanted.shape);
  wanted.data.forEach((x, i) => expect(Math.abs(got.data[i] - x)).toBeLessThanOrEqual(1e-15 * Math.abs(x)));
}

const split = (text: string, mark: string): string[] => text.split(mark).map((part) => part.trim());

for (const [name, lines] of Object.entries(WORKED_EXAMPLES)) {
  describe(name, () => {
    test.each(split(lines.trim(), "\n"))("%s", (line) => {
      const [attributesText, question, answer] = split(line, "|");
      const attributes = JSON.parse(attributesText) as Attributes;
      const [inputs, value] = split(question, "=");
      const [cotangent, gradients] = split(answer, "->");
      const op = findOp(name);
      const xs = split(inputs, ";").map(parseTensor);
      const y = op.meaning(DOUBLES, xs, attributes);
      expectEqual(y, value);
      expect(
        op.shape(
          xs.map((x) => x.shape),
          attributes,
        ),
      ).toEqual(y.shape);
      const gx = op.vjp(DOUBLES, parseTensor(cotangent), xs, y, attributes);
      expect(gx.length).toBe(xs.length);
      split(gradients, ";").forEach((wanted, k) => expectEqual(gx[k], wanted));
    });
  });
}

test("the maximum of tied numbers is one of them, to the last bit", () => {
  const x = tensor([3], [0.1, 0.1, 0.1]);
  expect(findOp("max").meaning(DOUBLES, [x], { axes: "all", keepdims: false }).data[0]).toBe(0.1);
});
