import { describe, expect, it } from "vitest";
import { Stream } from "../core/random.js";
import { InvalidProgramError } from "../core/errors.js";
import { sizeOf } from "../core/shape.js";
import { OPS } from "../ops/index.js";
import { check } from "../program/program.js";
import type { Case } from "../record/case.js";
import { drawHomogeneousNetwork, drawNormalizedNetwork, normalizesNetworks } from "./drawLayered.js";
import { drawEmptyGroup, drawNormalization, drawOutlier } from "./drawNormalization.js";
import { isValid } from "./validCase.js";

const SEED = 20261201;
const DIVIDING = OPS.filter((op) => op.normalization?.divides);

const draws = (name: string, draw: (stream: Stream) => Case): Case[] =>
  Array.from({ length: 20 }, (_, i) => draw(new Stream(SEED, `${name} ${i}`)));

const messageOf = ({ program }: Case): string => {
  try {
    check(program);
    return "";
  } catch (error) {
    if (!(error instanceof InvalidProgramError)) throw error;
    return error.message;
  }
};

describe.each(DIVIDING.map((op) => [op.name, op] as const))("cases of %s", (_, op) => {
  const groupsOf = (c: Case) => op.normalization!.groups(c.inputs[0].shape, c.program.nodes[0].attributes);

  it("are valid, with moments of their own and all parameters where that is wanted", () => {
    for (const c of draws("plain", (stream) =>
      drawNormalization(stream, op, { dtype: "f32", affine: true }),
    )) {
      expect(isValid(c)).toBe(true);
      expect(groupsOf(c).length).toBeGreaterThan(0);
      expect(op.normalization!.divides!.parameters(c.program.nodes[0].attributes).scale).toBeDefined();
    }
  });

  it("may have an outlier, eight deviations or more away from the mean of its group", () => {
    for (const c of draws("outlier", (stream) => drawOutlier(stream, op, { dtype: "f64" }))) {
      const [{ data }] = c.inputs;
      const far = data.findIndex((v) => v === Math.max(...data));
      const group = groupsOf(c).find((each) => each.includes(far))!;
      const mean = group.reduce((sum, i) => sum + data[i], 0) / group.length;
      const variance = group.reduce((sum, i) => sum + (data[i] - mean) ** 2, 0) / group.length;
      expect((data[far] - mean) / Math.sqrt(variance)).toBeGreaterThan(8);
    }
  });

  it("may have groups without elements, which is all that is wrong with them", () => {
    for (const c of draws("empty", (stream) => drawEmptyGroup(stream, op, { dtype: "f32" }))) {
      expect(c.inputs[0].data).toHaveLength(0);
      expect(c.inputs.every(({ shape, data }) => data.length === sizeOf(shape))).toBe(true);
      expect(messageOf(c)).toMatch(/must hold one element at least$|only the first may be empty$/);
    }
  });

  it.each([true, false])("stand behind dense layers, with bias: %s", (bias) => {
    expect(normalizesNetworks(op)).toBe(true);
    for (const c of draws("layered", (stream) => drawNormalizedNetwork(stream, op, { dtype: "f32", bias }))) {
      expect(isValid(c)).toBe(true);
      const ops = c.program.nodes.map((node) => node.op);
      expect(ops.filter((name) => name === "matmul@1").length).toBe(
        ops.filter((name) => name === `${op.name}@1`).length,
      );
      expect(ops.includes("add@1")).toBe(bias);
    }
  });
});

it("networks of homogeneous ops have two layers at least, and no bias", () => {
  const relu = OPS.find(({ name }) => name === "relu")!;
  for (const c of draws("chain", (stream) => drawHomogeneousNetwork(stream, relu, { dtype: "f64" }))) {
    expect(isValid(c)).toBe(true);
    const ops = c.program.nodes.map((node) => node.op);
    expect(new Set(ops)).toEqual(new Set(["matmul@1", "relu@1"]));
    expect(ops.filter((name) => name === "matmul@1").length).toBeGreaterThanOrEqual(2);
  }
});
