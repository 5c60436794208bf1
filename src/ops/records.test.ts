import { describe, expect, it } from "vitest";
import { check } from "../gradcheck/checkOp.js";
import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { nextUp64 } from "../core/float.js";
import { mapTensor, type NdArray } from "../core/tensor.js";
import { clip } from "./selection.js";
import { leakyRelu, prelu, relu } from "./rectifiers.js";
import { tanh } from "./hyperbolic.js";
import { gelu } from "./gelu.js";
import { findOp, OPS } from "./index.js";
import { opId, real, type AnyOp, type Domain } from "./op.js";

describe("every record", () => {
  it("has an id of its own", () => {
    const ids = OPS.map(opId);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });

  it.each(OPS.map((op) => [op.name, op] as const))("%s does not contradict itself", (_name, op) => {
    // The laws are shown every op by properties/suite.test.ts.
    expect(String(check(op, { runs: 0 }))).toMatch(/: no contradiction in \d+ cases$/);
  });
});

describe("attributes that make no sense", () => {
  it.each([
    [clip, { low: 1, high: 1 }],
    [clip, { low: 0 }],
    [leakyRelu, { alpha: "0.2" }],
    [leakyRelu, {}],
    [leakyRelu, { alpha: NaN }],
    [leakyRelu, { alpha: Infinity }],
    [gelu, { approximate: "erf" }],
  ])("are refused", (op, attributes) => {
    expect(() => op.shape([[2]], attributes)).toThrow(InvalidProgramError);
  });
});

const found = (op: AnyOp) => check(op, { runs: 0 }).findings;
const fieldsOf = (op: AnyOp): string[] => [...new Set(found(op).map(({ field }) => field))];

const nearlyOne = 1 + 2 ** -30;

const scaled = <T>(A: Algebra<T>, x: NdArray<T>, by: number): NdArray<T> => ({
  shape: x.shape,
  data: Array.from(x.data, (value) => A.mul(value, A.lift(by))),
});

const flattened = <T>({ data }: NdArray<T>): NdArray<T> => ({ shape: [data.length, 1], data });

const tanhWithFloor: AnyOp["meaning"] = (A, xs, attributes) => {
  A.floor(A.lift(0));
  return tanh.meaning(A, xs, attributes);
};

const tanhThreeUlpsOff: NonNullable<AnyOp["kernels"]>["meaning"] = ([x]) =>
  mapTensor(x, (v) => nextUp64(nextUp64(nextUp64(Math.tanh(v)))));

describe("the examination names", () => {
  it("a wrong jvp", () => {
    const op: AnyOp = { ...tanh, jvp: (A, ...rest) => scaled(A, tanh.jvp(A, ...rest), nearlyOne) };
    expect(fieldsOf(op)).toEqual(["jvp"]);
    expect(found(op)[0].problem).toMatch(/^jvp contradicts vjp at ⟨gy, J·v⟩/);
  });

  it("a wrong vjp of one input", () => {
    const op: AnyOp = {
      ...prelu,
      vjp: (A, ...rest) => {
        const [gx, galpha] = prelu.vjp(A, ...rest);
        return [gx, galpha && scaled(A, galpha, nearlyOne)];
      },
    };
    expect(fieldsOf(op)).toEqual(["vjp"]);
  });

  it("a meaning that its derivatives do not belong to", () => {
    const op: AnyOp = {
      ...tanh,
      meaning: (A, ...rest) => scaled(A, tanh.meaning(A, ...rest), nearlyOne),
      textbook: [],
    };
    expect(fieldsOf(op)).toEqual(["meaning"]);
    expect(found(op).map(({ problem }) => problem)).toContainEqual(
      expect.stringMatching(/^kernels\.meaning contradicts meaning/),
    );
  });

  it("a wrong textbook form", () => {
    const op: AnyOp = {
      ...tanh,
      textbook: [{ vjp: (A, gy, xs, y) => tanh.vjp(A, scaled(A, gy, nearlyOne), xs, y, {}) }],
    };
    expect(fieldsOf(op)).toEqual(["textbook[0].vjp contradicts vjp"]);
  });

  it("a textbook form with another number of comparison sites", () => {
    expect(found({ ...tanh, textbook: [{ meaning: tanhWithFloor }] })[0].problem).toMatch(
      /^comparison sites: textbook\[0\]/,
    );
  });

  it("a kernel that is three ulps off", () => {
    expect(fieldsOf({ ...tanh, kernels: { meaning: tanhThreeUlpsOff } })).toEqual([
      "kernels.meaning contradicts meaning",
    ]);
  });

  it("a wrong shape", () => {
    expect(fieldsOf({ ...tanh, shape: ([x]) => [...x, 1] })).toEqual(["shape"]);
  });

  it("a gradient of another shape", () => {
    const op: AnyOp = {
      ...tanh,
      vjp: (A, gy, ...rest) => tanh.vjp(A, gy, ...rest).map((g) => g && flattened(g)),
    };
    expect(fieldsOf(op)).toEqual(["shape contradicts vjp"]);
  });

  it("simpler attributes that go round in circles", () => {
    const op: AnyOp = { ...clip, simpler: ({ low, high }) => [{ low: high, high: low }] };
    expect(found(op)[0].problem).toMatch(/^simpler: no end/);
  });

  it("a kink that is not listed", () => {
    expect(fieldsOf({ ...relu, kinks: [] })).toEqual(["kinks contradicts vjp"]);
  });

  it("what it draws outside of its own domains, or in shapes that it refuses", () => {
    const positive: Domain = { ...real, low: 0, open: true };
    const pair: AnyOp["draw"] = () => ({ shapes: [[2], [3]], attributes: {} });
    const negative: AnyOp["draw"] = () => ({ shapes: [[2]], attributes: {}, values: [[-1, -2]] });
    const inputs: AnyOp["inputs"] = () => [{ name: "x", domain: positive }];
    expect(fieldsOf({ ...tanh, inputs, draw: negative })).toEqual(["draw contradicts domain"]);
    expect(fieldsOf({ ...prelu, draw: pair })).toEqual(["draw contradicts shape"]);
  });

  it("a field that throws", () => {
    const op: AnyOp = {
      ...tanh,
      vjp() {
        throw new TypeError("no such thing");
      },
    };
    expect(found(op)).toEqual([{ field: "vjp", problem: "vjp: throws TypeError: no such thing" }]);
  });

  it("fields that say nothing", () => {
    expect(fieldsOf({ ...tanh, name: "Tanh!", source: " " })).toEqual(["name", "source"]);
  });

  it("a record that takes the place of another while it is looked at, and no longer", () => {
    check({ ...tanh, meaning: (_A, xs) => xs[0] }, { runs: 0 });
    expect(findOp("tanh")).toBe(tanh);
  });
});
