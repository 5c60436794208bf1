import { describe, expect, it } from "vitest";
import { drawCase } from "../arbitraries/drawCase.js";
import type { ShapeKind } from "../arbitraries/shapes.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import { broadcastIndex } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { Case } from "../record/case.js";
import { OPS } from "./index.js";
import type { AnyOp } from "./op.js";

/** What records say of normalisations, held against their meanings. */

const NORMALIZING = OPS.filter((op) => op.normalization);
const DIVIDING = NORMALIZING.filter((op) => op.normalization!.divides);
const SEED = 20261130;

function cases(op: AnyOp, name: string, shapes: ShapeKind = "ordinary"): Case[] {
  const classes = { ...op.normalization!.ownMoments, ...op.normalization!.divides?.affine };
  return Array.from({ length: 12 }, (_, i) =>
    drawCase(new Stream(SEED, `${op.name} ${name} ${i}`), op, {
      dtype: "f64",
      region: "normal",
      classes,
      shapes,
    }),
  );
}

const attributesOf = (c: Case) => c.program.nodes[0].attributes;
const groupsOf = (op: AnyOp, c: Case) => op.normalization!.groups(c.inputs[0].shape, attributesOf(c));

function valueOf(op: AnyOp, c: Case, inputs: readonly Tensor[] = c.inputs, more = {}): ArrayLike<number> {
  return op.meaning(DOUBLES, inputs, { ...attributesOf(c), ...more }).data;
}

const withX = ({ inputs: [x, ...rest] }: Case, change: (v: number, i: number) => number): Tensor[] => [
  { shape: x.shape, data: x.data.map(change) },
  ...rest,
];

const changed = (before: ArrayLike<number>, after: ArrayLike<number>, by = 1e-9): number[] =>
  Array.from(before).flatMap((v, i) => (Math.abs(v - after[i]) > by ? [i] : []));

it("normalisations are those of the family, but for one that looks at neighbours", () => {
  const family = OPS.filter((op) => op.family === "normalisation").map(({ name }) => name);
  expect(NORMALIZING.map(({ name }) => name).sort()).toEqual(
    family.filter((name) => name !== "localResponseNormalization").sort(),
  );
});

describe.each(NORMALIZING.map((op) => [op.name, op] as const))("%s", (_, op) => {
  it("has every element in one group", () => {
    for (const c of cases(op, "partition")) {
      const all = groupsOf(op, c).flat();
      expect(all.sort((a, b) => a - b)).toEqual(Array.from(c.inputs[0].data, (_, i) => i));
    }
  });

  it("has groups that do not feel one another", () => {
    for (const c of cases(op, "apart")) {
      const before = valueOf(op, c);
      for (const group of groupsOf(op, c)) {
        const after = valueOf(
          op,
          c,
          withX(c, (v, i) => (group.includes(i) ? v * v + 1 : v)),
        );
        expect(changed(before, after, 0).filter((i) => !group.includes(i))).toEqual([]);
        // Of two elements only their order is left; a softmax of one element is 1.
        if (group.length > 2) expect(changed(before, after).length).toBeGreaterThan(0);
      }
    }
  });

  it("does, or does not, feel a number that is added to a group", () => {
    const feels = cases(op, "added").flatMap((c) => {
      const after = valueOf(
        op,
        c,
        withX(c, (v) => v + 3),
      );
      return changed(valueOf(op, c), after);
    });
    expect(feels.length > 0).toBe(!op.normalization!.centres);
  });

  it("puts together one element, or hundreds, where that is wanted", () => {
    const sizes = (shapes: ShapeKind): number[] =>
      cases(op, "sizes", shapes).flatMap((c) => groupsOf(op, c).map((group) => group.length));
    expect(new Set(sizes("alone"))).toEqual(new Set([1]));
    if (op.normalization!.divides) expect(Math.min(...sizes("crowded"))).toBeGreaterThan(64);
  });
});

describe.each(DIVIDING.map((op) => [op.name, op] as const))("%s", (_, op) => {
  const { degrees, parameters, channels } = op.normalization!.divides!;

  it.each([true, false])("forgets the scale of what it says, moments of its own: %s", (own) => {
    const attributesClasses = Object.keys(op.normalization!.ownMoments ?? {});
    if (!own && attributesClasses.length === 0) return;
    const classes = own ? {} : Object.fromEntries(attributesClasses.map((name) => [name, "false"]));
    for (const drawn of cases(op, "scale").keys()) {
      const stream = new Stream(SEED, `${op.name} scaled ${own} ${drawn}`);
      const c = drawCase(stream, op, {
        dtype: "f64",
        region: "normal",
        classes: { ...op.normalization!.ownMoments, ...classes },
      });
      const powers = degrees(attributesOf(c));
      const scaled = c.inputs.map((x, k) => ({
        shape: x.shape,
        data: x.data.map((v) => v * 4 ** (powers[k] ?? 0)),
      }));
      const epsilon = Number(attributesOf(c).epsilon);
      expect(valueOf(op, c, scaled, { epsilon: 16 * epsilon })).toEqual(valueOf(op, c));
      expect(groupsOf(op, c).length > 0).toBe(own);
      for (const k of powers.keys()) expect(powers[k]).toBeGreaterThan(0);
    }
  });

  it("multiplies by its scale and adds its offset, channel by channel", () => {
    for (const c of cases(op, "affine")) {
      const { scale, offset } = parameters(attributesOf(c));
      expect(scale).toBeDefined();
      expect(offset === undefined).toBe(!op.normalization!.centres);
      const { shape } = c.inputs[0];
      const channel = broadcastIndex(channels(shape, attributesOf(c)), shape);
      const put = (k: number | undefined, value: number): Tensor[] =>
        c.inputs.map((x, j) => (j === k ? { shape: x.shape, data: x.data.map(() => value) } : x));
      const plain = op.meaning(
        DOUBLES,
        c.inputs.map((x, j) => {
          const value = j === scale ? 1 : 0;
          return j === scale || j === offset ? { shape: x.shape, data: x.data.map(() => value) } : x;
        }),
        attributesOf(c),
      ).data;
      const y = valueOf(op, c);
      for (const [i, value] of Array.from(y).entries()) {
        const offsetAt = offset === undefined ? 0 : c.inputs[offset].data[channel[i]];
        expect(value).toBeCloseTo(plain[i] * c.inputs[scale!].data[channel[i]] + offsetAt, 12);
      }
      const of = offset ?? scale;
      expect(valueOf(op, c, put(of, 0))).not.toEqual(valueOf(op, c, put(of, 1)));
    }
  });
});
