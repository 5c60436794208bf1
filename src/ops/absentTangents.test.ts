import { expect, it } from "vitest";
import { RUNNING_ERROR } from "../oracles/runningError.js";
import { drawCase } from "../arbitraries/drawCase.js";
import { Stream } from "../core/random.js";
import { filled, liftTensor, type Tensor } from "../core/tensor.js";
import { OPS } from "./index.js";
import { hasGradient, isDifferentiable, type AnyOp } from "./op.js";

const DRAWS = 12;

/** Tangents of a case with one left out, and with zeros in its place. */
function* leftOut(inputs: readonly Tensor[], differentiable: readonly boolean[]) {
  for (const [gone, isFloat] of differentiable.entries()) {
    if (!isFloat) continue;
    const tangents = inputs.map((x, k) => (differentiable[k] && k !== gone ? filled(x.shape, k + 1) : null));
    const zeros = tangents.map((v, k) => (k === gone ? filled(inputs[k].shape, 0) : v));
    yield { gone, tangents, zeros };
  }
}

const A = RUNNING_ERROR;
const lift = (x: Tensor) => liftTensor(A, x);

/** An input without a tangent does not move, and a zero tangent says the same; terms may be added in another order. */
function contradictions(op: AnyOp): string[] {
  return Array.from({ length: DRAWS }, (_, i) => i).flatMap((i) => {
    const stream = new Stream(1, `absent ${op.name} ${i}`);
    const { program, inputs } = drawCase(stream, op, { dtype: "f64", region: "normal" });
    const { attributes } = program.nodes[0];
    const differentiable = op.inputs(inputs.length, attributes).map(isDifferentiable);
    const xs = inputs.map(lift);
    const y = op.meaning(A, xs, attributes);
    const tangent = (vs: readonly (Tensor | null)[]) =>
      Array.from(
        op.jvp(
          A,
          vs.map((v) => v && lift(v)),
          xs,
          y,
          attributes,
        ).data,
      );
    return [...leftOut(inputs, differentiable)].flatMap(({ gone, tangents, zeros }) => {
      const [without, withZeros] = [tangent(tangents), tangent(zeros)];
      return withZeros.flatMap((zero, k) =>
        Math.abs(without[k].value - zero.value) <= without[k].bound + zero.bound
          ? []
          : [`${op.name}: ${without[k].value} without a tangent of input ${gone}, ${zero.value} with zeros`],
      );
    });
  });
}

for (const op of OPS.filter(hasGradient)) {
  it(`${op.name}: a tangent that is left out is a zero tangent`, () => {
    expect(contradictions(op)).toEqual([]);
  });
}
