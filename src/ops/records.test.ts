import { describe, expect, it } from "vitest";
import { examine, type Finding } from "../gradcheck/contradictions.js";
import type { ShapeKind } from "../arbitraries/shapes.js";
import { drawCase } from "../arbitraries/drawCase.js";
import { REGIONS, type Region } from "../arbitraries/values.js";
import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { nextUp64 } from "../core/float.js";
import { Stream } from "../core/random.js";
import { mapTensor, type NdArray } from "../core/tensor.js";
import { clip } from "./selection.js";
import { leakyRelu, prelu } from "./rectifiers.js";
import { tanh } from "./hyperbolic.js";
import { gelu } from "./gelu.js";
import { OPS } from "./index.js";
import { opId, type AnyOp } from "./op.js";

/** Every class of every attribute, then the op as a whole. */
function* wantedClasses(op: AnyOp): Generator<Record<string, string>> {
  for (const [name, { classes }] of Object.entries(op.attributes)) {
    for (const label of classes) yield { [name]: label };
  }
  yield {};
}

const SHAPES: readonly ShapeKind[] = ["ordinary", "broadcast", "degenerate"];

/** Cases in every region, shape kind and attribute class; the same ones in every run. */
function* casesOf(op: AnyOp) {
  for (const classes of wantedClasses(op)) {
    for (const region of Object.keys(REGIONS) as Region[]) {
      for (const shapes of SHAPES) {
        const stream = new Stream(1, `records ${op.name} ${JSON.stringify(classes)} ${region} ${shapes}`);
        yield drawCase(stream, op, { dtype: "f64", region, shapes, classes });
      }
    }
  }
}

const examined = (op: AnyOp): Finding[] => [...casesOf(op)].flatMap((c) => examine(op, c));

const complaints = (op: AnyOp, findings: readonly Finding[]): string[] =>
  findings.flatMap(({ contradiction }) => (contradiction ? [`${op.name}: ${contradiction}`] : []));

describe("every record", () => {
  it("has an id of its own", () => {
    const ids = OPS.map(opId);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });

  for (const op of OPS) {
    it(`${op.name} says what it is`, () => {
      expect(op.name, `${op.name}: name`).toMatch(/^[a-z][A-Za-z0-9]*$/);
      expect(op.version, `${op.name}: version`).toBeGreaterThanOrEqual(1);
      for (const field of ["family", "summary", "source"] as const) {
        expect(op[field].trim(), `${op.name}: ${field}`).not.toBe("");
      }
      for (const [name, { classes, summary }] of Object.entries(op.attributes)) {
        expect(new Set(classes).size, `${op.name}: classes of ${name}`).toBe(classes.length);
        expect(classes.length * summary.length, `${op.name}: attribute ${name}`).toBeGreaterThan(0);
      }
      for (const { at, convention } of op.kinks) {
        expect(at && convention, `${op.name}: kinks`).toBeTruthy();
      }
    });

    it(`${op.name} does not contradict itself`, () => {
      const findings = examined(op);
      expect(complaints(op, findings)).toEqual([]);
      // A comparison that is never sharp could not have failed.
      const blunt = [...new Set(findings.map((f) => f.fields))].filter(
        (fields) => findings.filter((f) => f.fields === fields && f.sharp).length < 5,
      );
      expect(
        blunt.map((fields) => `${op.name}: "${fields}" was hardly tested`),
        op.name,
      ).toEqual([]);
    });
  }
});

describe("attributes that make no sense", () => {
  it.each([
    [clip, { low: 1, high: 1 }],
    [clip, { low: 0 }],
    [leakyRelu, { alpha: "0.2" }],
    [leakyRelu, {}],
    [gelu, { approximate: "erf" }],
  ])("are refused", (op, attributes) => {
    expect(() => op.shape([[2]], attributes)).toThrow(InvalidProgramError);
  });
});

const first = (op: AnyOp): string => complaints(op, examined(op))[0];

const nearlyOne = 1 + 2 ** -30;

const scaled = <T>(A: Algebra<T>, x: NdArray<T>, by: number): NdArray<T> => ({
  shape: x.shape,
  data: Array.from(x.data, (value) => A.mul(value, A.lift(by))),
});

const tanhWithFloor: AnyOp["meaning"] = (A, xs, attributes) => {
  A.floor(A.lift(0));
  return tanh.meaning(A, xs, attributes);
};

const tanhThreeUlpsOff: NonNullable<AnyOp["kernels"]>["meaning"] = ([x]) =>
  mapTensor(x, (v) => nextUp64(nextUp64(nextUp64(Math.tanh(v)))));

describe("the examination notices", () => {
  it("a wrong jvp", () => {
    const op: AnyOp = { ...tanh, jvp: (A, ...rest) => scaled(A, tanh.jvp(A, ...rest), nearlyOne) };
    expect(first(op)).toMatch(/^tanh: jvp contradicts vjp/);
  });

  it("a wrong vjp of one input", () => {
    const op: AnyOp = {
      ...prelu,
      vjp: (A, ...rest) => {
        const [gx, galpha] = prelu.vjp(A, ...rest);
        return [gx, galpha && scaled(A, galpha, nearlyOne)];
      },
    };
    expect(first(op)).toMatch(/^prelu: jvp contradicts vjp/);
  });

  it("a meaning that its derivatives do not belong to", () => {
    const op: AnyOp = { ...tanh, meaning: (A, ...rest) => scaled(A, tanh.meaning(A, ...rest), nearlyOne) };
    expect(complaints(op, examined(op))).toContainEqual(
      expect.stringMatching(/^tanh: jvp contradicts meaning/),
    );
  });

  it("a wrong textbook form", () => {
    const op: AnyOp = {
      ...tanh,
      textbook: [{ vjp: (A, gy, xs, y) => tanh.vjp(A, scaled(A, gy, nearlyOne), xs, y, {}) }],
    };
    expect(first(op)).toMatch(/^tanh: textbook\[0\].vjp contradicts vjp/);
  });

  it("a textbook form with another number of comparison sites", () => {
    expect(first({ ...tanh, textbook: [{ meaning: tanhWithFloor }] })).toMatch(
      /^tanh: comparison sites: textbook\[0\]/,
    );
  });

  it("a kernel that is three ulps off", () => {
    expect(first({ ...tanh, kernels: { meaning: tanhThreeUlpsOff } })).toMatch(
      /^tanh: kernels.meaning contradicts meaning/,
    );
  });

  it("a wrong shape", () => {
    expect(first({ ...tanh, shape: ([x]) => [...x, 1] })).toMatch(/^tanh: shape contradicts/);
  });

  it("simpler attributes that go round in circles", () => {
    const op: AnyOp = { ...clip, simpler: ({ low, high }) => [{ low: high, high: low }] };
    expect(first(op)).toMatch(/^clip: simpler: no end/);
  });
});
