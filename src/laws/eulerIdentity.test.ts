import { describe, expect, it } from "vitest";
import { caseOfProgram, matrix } from "../../fixtures/builders/caseOf.js";
import { at, judgedAfter, withGrads } from "../../fixtures/builders/tampered.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { findOp } from "../ops/index.js";
import { ProgramBuilder, type Value } from "../program/builder.js";
import { eulerIdentity, HOMOGENEOUS } from "./eulerIdentity.js";

const plain = { transposeA: false, transposeB: false };
const DATA = [
  matrix([1, 2], [-1, 0.5]),
  matrix([1, 0.5, -1], [2, -0.3, 0.1]),
  matrix([1, -1], [0.5, 2], [-0.7, 0.3]),
];

type Middle = (b: ProgramBuilder, h: Value, inputs: readonly Value[]) => Value;

function chain(middle: Middle) {
  const b = new ProgramBuilder();
  const inputs = DATA.map(({ shape }) => b.input(shape));
  const [x, w1, w2] = inputs;
  const h = middle(b, b.apply("matmul", [x, w1], plain), inputs);
  return caseOfProgram(b.build(b.apply("matmul", [h, w2], plain)), DATA, { dtype: "f32" });
}

const relu = chain((b, h) => b.apply("relu", [h]));

describe("Euler's identity", () => {
  it("holds for every layer", async () => {
    expect(await judgedAfter(eulerIdentity, relu)).toMatchObject({ verdict: "pass" });
  });

  it.each([1, 2])("fails for a layer with another gradient, and names it: %i", async (k) => {
    const judgement = await judgedAfter(eulerIdentity, relu, ([outcome]) => [
      withGrads(
        outcome,
        at(k, 2, (g) => g + 0.125),
      ),
    ]);
    expect(judgement).toMatchObject({ verdict: "fail", kind: "Euler", where: `gradient[${k}]` });
    expect(judgement.reason).toContain(`of layer ${k} of 2 is`);
  });

  it("is not asked of other programs", async () => {
    const others: readonly Middle[] = [
      (b, h) => b.apply("tanh", [h]),
      (b, h) => b.apply("add", [h, h]),
      (b, h, [x]) => b.apply("add", [b.apply("sum", [x], { axes: "all", keepdims: false }), h]),
    ];
    for (const middle of others) {
      expect(await judgedAfter(eulerIdentity, chain(middle))).toMatchObject({ verdict: "inconclusive" });
    }
  });

  it("says nothing where no gradient arrives", async () => {
    const b = new ProgramBuilder();
    const [x, w] = [b.input([1, 1]), b.input([1, 1])];
    const program = b.build(b.apply("relu", [b.apply("matmul", [x, w], plain)]));
    const dead = caseOfProgram(program, [matrix([1]), matrix([-1])]);
    expect(await judgedAfter(eulerIdentity, dead)).toMatchObject({
      verdict: "inconclusive",
      reason: "no gradient reaches the weights of some layer",
    });
  });

  it.each(HOMOGENEOUS)("is about ops that are homogeneous: %s", (name) => {
    const op = findOp(`${name}@1`);
    const f = (x: number) => op.meaning(DOUBLES, [{ shape: [], data: [x] }], { alpha: 0.3 }).data[0];
    for (const x of [-3, -0.1, 0, 0.7, 5]) expect(f(4 * x)).toBe(4 * f(x));
  });
});
