import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatOf } from "../core/float.js";
import { Stream } from "../core/random.js";
import { sizeOf } from "../core/shape.js";
import { OPS } from "../ops/index.js";
import { caseArbitrary } from "./caseArbitrary.js";
import { drawCase } from "./drawCase.js";
import { drawInvalid, canBeBroken } from "./drawInvalid.js";
import { complexity } from "./shrink.js";
import { isValid, tryCheck } from "./validCase.js";

describe("drawCase", () => {
  it("draws valid cases of the asked precision, for every op, attribute class, shape kind and region", () => {
    for (const op of OPS) {
      const classes = Object.entries(op.attributes).flatMap(([name, { classes: labels }]) =>
        labels.map((label) => ({ [name]: label })),
      );
      for (const [i, chosen] of [{}, {}, {}, ...classes].entries()) {
        for (const shapes of ["ordinary", "degenerate"] as const) {
          const c = drawCase(new Stream(i, `valid ${op.name}`), op, {
            dtype: "f32",
            classes: chosen,
            shapes,
          });
          expect(isValid(c), `${op.name} ${JSON.stringify(c.program)}`).toBe(true);
          for (const [name, label] of Object.entries(chosen)) expect(c.tags).toContain(`${name}=${label}`);
          for (const x of [...c.inputs, ...c.cotangents])
            expect(x.data.every((v) => Math.fround(v) === v)).toBe(true);
        }
      }
    }
  });

  it("is a function of the stream", () => {
    for (const op of OPS) {
      const draw = () => drawCase(new Stream(9, "same"), op, { dtype: "f32" });
      expect(draw()).toEqual(draw());
    }
  });

  it("never asks with cotangents that are all equal, where there are several", () => {
    for (const op of OPS) {
      for (let i = 0; i < 20; i++) {
        const c = drawCase(new Stream(i, "cotangent"), op, { dtype: "f32" });
        for (const { data } of c.cotangents)
          if (data.length > 1) expect(new Set(data).size).toBeGreaterThan(1);
      }
    }
  });

  it("reaches empty, rank-0, square, not-square and broadcast shapes, and every region", () => {
    const tags = new Set<string>();
    const multiply = OPS.find((op) => op.name === "multiply")!;
    for (let i = 0; i < 300; i++) {
      const shapes = (["ordinary", "degenerate", "broadcast"] as const)[i % 3];
      for (const tag of drawCase(new Stream(i, "tags"), multiply, { dtype: "f32", shapes }).tags)
        tags.add(tag);
    }
    for (const tag of [
      "shape:empty",
      "shape:rank 0",
      "shape:one element",
      "shape:square",
      "shape:not square",
      "shape:inputs differ",
      "region:normal",
      "region:magnitudes",
      "region:specials",
      "region:ties",
      "region:saturated",
      "region:scaled",
      "region:extremes",
      "shape:rank 5",
    ]) {
      expect(tags).toContain(tag);
    }
  });

  it("keeps most cases inside the format's range, so that they decide something", () => {
    for (const op of OPS) {
      let outside = 0;
      for (let i = 0; i < 60; i++) {
        const c = drawCase(new Stream(i, `range ${op.name}`), op, { dtype: "f32" });
        if (!c.inputs.every((x) => x.data.every((v) => Math.abs(v) < formatOf("f32").largest))) outside++;
      }
      expect(outside, op.name).toBe(0);
    }
  });

  it.each(["f32", "f64"] as const)(
    "reaches the ends of %s: its largest and smallest numbers, and −0",
    (dtype) => {
      const { largest, smallestNormal } = formatOf(dtype);
      const numbers: number[] = [];
      const abs = OPS.find((op) => op.name === "abs")!;
      for (let i = 0; i < 200; i++) {
        for (const { data } of drawCase(new Stream(i, "ends"), abs, { dtype }).inputs) numbers.push(...data);
      }
      const sizes = numbers.map(Math.abs);
      expect(Math.max(...sizes)).toBeGreaterThan(largest / 10);
      expect(sizes.some((x) => x > 0 && x < smallestNormal)).toBe(true);
      expect(numbers.some((x) => Object.is(x, -0))).toBe(true);
    },
  );

  it("lets −0 meet 0", () => {
    const maximum = OPS.find((op) => op.name === "maximum")!;
    const both = Array.from({ length: 200 }, (_, i) =>
      drawCase(new Stream(i, "zeros"), maximum, { dtype: "f32", region: "ties" }),
    ).filter(({ inputs }) => {
      const numbers = inputs.flatMap(({ data }) => [...data]);
      return [0, -0].every((zero) => numbers.some((x) => Object.is(x, zero)));
    });
    expect(both.length).toBeGreaterThan(5);
  });

  it("shrinks under fast-check to the same smallest case", () => {
    const op = OPS.find(({ name }) => name === "multiply")!;
    const arbitrary = caseArbitrary((stream) => drawCase(stream, op, { dtype: "f32", region: "normal" }));
    const details = fc.check(
      fc.property(arbitrary, (c) => sizeOf(c.cotangents[0].shape) < 2),
      { seed: 3, numRuns: 200, endOnFailure: false },
    );
    expect(details.failed).toBe(true);
    const [least] = details.counterexample!;
    // Two outputs of a product are three numbers, two of one input and one of the other, and two cotangents.
    expect(complexity(least)[3]).toBe(5);
  });
});

describe("drawInvalid", () => {
  it("draws cases that the record refuses", () => {
    const breakable = OPS.filter(canBeBroken);
    expect(breakable.map((op) => op.name)).toEqual(expect.arrayContaining(["multiply", "matmul"]));
    for (const op of breakable) {
      for (let i = 0; i < 5; i++)
        expect(tryCheck(drawInvalid(new Stream(i, "invalid"), op, "f32").program)).toBeUndefined();
    }
  });
});
