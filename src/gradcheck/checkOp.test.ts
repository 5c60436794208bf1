import { describe, expect, it } from "vitest";
import { elementwise, type ElementwiseRecord } from "../ops/elementwise.js";
import { real } from "../ops/op.js";
import { check } from "./checkOp.js";

type Softsquare = ElementwiseRecord<Record<string, never>>;

/** x² / (1 + x²), as somebody would write it who uses the package. */
const softSquare: Softsquare = {
  name: "softSquare",
  family: "own",
  summary: "x² / (1 + x²)",
  source: "calculus",
  inputs: { x: real },
  meaning(A, [x]) {
    const square = A.mul(x, x);
    return A.div(square, A.add(A.constant("1"), square));
  },
  jvp(A, [dx], [x]) {
    const below = A.add(A.constant("1"), A.mul(x, x));
    return A.div(A.mul(dx, A.mul(A.constant("2"), x)), A.mul(below, below));
  },
  vjp(A, gy, [x]) {
    const below = A.add(A.constant("1"), A.mul(x, x));
    return [A.div(A.mul(gy, A.mul(A.constant("2"), x)), A.mul(below, below))];
  },
};

describe("somebody's own record", () => {
  it("is held against itself and against the laws", () => {
    const alone = check(elementwise(softSquare), { runs: 0 });
    const whole = check(elementwise(softSquare));
    expect(String(whole)).toMatch(/^softSquare: no contradiction in \d+ cases$/);
    expect(whole.cases).toBeGreaterThan(alone.cases + 50);
  });

  it("with a wrong rule names the rule", () => {
    const wrong = check(elementwise({ ...softSquare, vjp: (A, gy, [x]) => [A.mul(gy, x)] }));
    expect(wrong.ok).toBe(false);
    expect(new Set(wrong.findings.map(({ field }) => field))).toEqual(new Set(["vjp"]));
    expect(String(wrong)).toMatch(/^softSquare: contradicts itself in \d+ cases\n {2}vjp: /);
  });

  it("that is none is refused, with what is missing", () => {
    expect(() => check({} as never)).toThrow(
      expect.objectContaining({
        code: "bad-record",
        message: expect.stringMatching(/incomplete: name, version, .*, textbook are missing$/) as string,
      }),
    );
    expect(() => check(null as never)).toThrow(
      "check takes the record of an op, as elementwise({ … }) makes one",
    );
    expect(() => check(softSquare as never)).toThrow(/shape, draw, .*: check\(elementwise\(record\)\)$/);
    const op = elementwise(softSquare);
    expect(() => check({ ...op, meaning: 3 } as never)).toThrow("meaning is 3, and must be a function");
    expect(() => check(op, { run: 1 } as never)).toThrow('no option "run"; allowed are seed, runs');
  });

  it("that contradicts nothing of its own may still break a law", () => {
    // A meaning that is no function: its values depend on how often it was asked.
    const late = elementwise({
      ...softSquare,
      name: "late",
      meaning: (A, [x]) => A.add(x, A.lift(calls++ % 2 === 0 ? 0 : 1)),
      jvp: (_A, [dx]) => dx,
      vjp: (_A, gy) => [gy],
    });
    let calls = 0;
    const { findings } = check(late);
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.every(({ field }) => field.startsWith("law "))).toBe(true);
  });
});
