import { beforeAll, describe, expect, it } from "vitest";
import { Stream } from "../core/random.js";
import { OPS } from "../ops/index.js";
import { opId } from "../ops/op.js";
import { check } from "../program/program.js";
import type { Case } from "../record/case.js";
import { canDrawPrograms, drawProgram } from "./drawProgram.js";
import { featuresOf } from "./programTags.js";
import { isValid } from "./validCase.js";

const COUNT = 250;
const draw = (i: number, has: (op: string) => boolean = () => true): Case =>
  drawProgram(new Stream(i, "programs"), { dtype: "f32", has });

describe("drawProgram", () => {
  let drawn: readonly Case[];
  beforeAll(() => {
    drawn = Array.from({ length: COUNT }, (_, i) => draw(i));
  }, 120_000);
  const shareOf = (holds: (c: Case) => boolean): number => drawn.filter(holds).length / COUNT;
  const features = (c: Case) => featuresOf(check(c.program));

  it("draws valid programs of 2 to 40 nodes, of numbers of the precision", () => {
    for (const c of drawn) {
      expect(isValid(c)).toBe(true);
      expect(c.program.nodes.length).toBeGreaterThanOrEqual(2);
      expect(c.program.nodes.length).toBeLessThanOrEqual(40);
      for (const { data } of c.inputs) expect(data.every((x) => Math.fround(x) === x)).toBe(true);
    }
  });

  it("gives at least half of them a shared node, a reduction and a matrix product or convolution", () => {
    const all = shareOf((c) => {
      const { sharedNode, reduction, contraction } = features(c);
      return sharedNode && reduction && contraction;
    });
    expect(all).toBeGreaterThan(0.5);
    expect(shareOf((c) => c.tags.includes("program:all three"))).toBe(all);
  });

  it("draws dead branches, unused inputs, repeated inputs, several outputs, broadcasting, and large programs", () => {
    expect(shareOf((c) => features(c).deadBranch)).toBeGreaterThan(0.1);
    expect(shareOf((c) => features(c).unusedInput)).toBeGreaterThan(0.05);
    expect(shareOf((c) => features(c).repeatedInput)).toBeGreaterThan(0.15);
    expect(shareOf((c) => features(c).severalOutputs)).toBeGreaterThan(0.25);
    expect(shareOf((c) => features(c).broadcast)).toBeGreaterThan(0.2);
    expect(shareOf((c) => c.program.nodes.length >= 20)).toBeGreaterThan(0.08);
    expect(shareOf((c) => c.program.nodes.length <= 10)).toBeGreaterThan(0.5);
  });

  it("uses nearly every op of the registry, without being told of them", () => {
    const used = new Set(drawn.flatMap(({ program }) => program.nodes.map(({ op }) => op)));
    expect(used.size).toBeGreaterThan(0.8 * OPS.length);
  });

  it("makes most of them well-conditioned, and says how often it had to aim again", () => {
    expect(shareOf((c) => c.tags.includes("program condition:above 1000"))).toBeLessThan(0.05);
    expect(shareOf((c) => c.tags.includes("program re-aims:0"))).toBeLessThan(0.9);
    for (const c of drawn) {
      expect(c.tags.filter((tag) => tag.startsWith("program re-aims:"))).toHaveLength(1);
      expect(c.tags.filter((tag) => tag.startsWith("program condition:"))).toHaveLength(1);
    }
  });

  it("keeps a few as they come", () => {
    const share = shareOf((c) => c.tags.includes("program:as it comes"));
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(0.1);
  });

  it("is a function of the stream", () => {
    expect(draw(7)).toEqual(drawn[7]);
  });

  it.each([["tanh@1"], ["tanh@1", "multiply@1"], ["conv2d@1", "relu@1"]])(
    "uses only the ops that a subject has: %s %s",
    (...names) => {
      const has = (op: string): boolean => names.includes(op);
      expect(canDrawPrograms(has)).toBe(true);
      for (let i = 0; i < 5; i++) {
        const c = draw(i, has);
        expect(isValid(c)).toBe(true);
        for (const node of c.program.nodes) expect(has(node.op)).toBe(true);
      }
    },
  );

  it("says when there is nothing to draw", () => {
    expect(canDrawPrograms(() => false)).toBe(false);
    expect(canDrawPrograms((op) => op === opId(OPS[0]))).toBe(true);
  });
});
