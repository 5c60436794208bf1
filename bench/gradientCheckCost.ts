import { drawCase } from "../src/arbitraries/drawCase.js";
import { DOUBLES } from "../src/core/numberAlgebra.js";
import { Stream } from "../src/core/random.js";
import { sizeOf } from "../src/core/shape.js";
import type { Tensor } from "../src/core/tensor.js";
import { OPS } from "../src/ops/index.js";
import { checkGradient } from "../src/oracles/checkGradient.js";
import { flatten } from "../src/oracles/quantity.js";
import { evaluateDoubles, liftAll } from "../src/program/evaluate.js";
import { check, differentiable } from "../src/program/program.js";
import { reverse } from "../src/program/reverse.js";

/** What a black-box check of one op's gradient costs: `node dist/bench/gradientCheckCost.js [cases per op]`. */
const perOp = Number(process.argv[2] ?? 20);
const evaluations: number[] = [];
const reversePasses: number[] = [];
const verdicts: Record<string, number> = {};
for (const op of OPS) {
  for (let i = 0; i < perOp; i++) {
    const c = drawCase(new Stream(i, `cost ${op.name}`), op, { dtype: "f64", region: "normal" });
    const program = check(c.program);
    const moving = differentiable(program);
    const inputs = (xs: readonly Float64Array[]): Tensor[] =>
      c.inputs.map((x, k) => (moving.includes(k) ? { shape: x.shape, data: xs[moving.indexOf(k)] } : x));
    const f = (xs: readonly Float64Array[]): Float64Array => {
      const values = evaluateDoubles(DOUBLES, program, inputs(xs));
      return flatten(program.outputs.map((value) => values[value]));
    };
    const shape = program.shapes[program.outputs[0]];
    if (sizeOf(shape) === 0 || moving.some((k) => sizeOf(program.inputs[k].shape) === 0)) continue;
    const gradient = (xs: readonly Float64Array[], v: Float64Array): Float64Array[] => {
      const values = evaluateDoubles(DOUBLES, program, inputs(xs));
      return reverse(DOUBLES, program, values, liftAll(DOUBLES, [{ shape, data: v }])).flatMap((gx) =>
        gx ? [Float64Array.from(gx.data)] : [],
      );
    };
    const result = checkGradient(
      f,
      gradient,
      moving.map((k) => c.inputs[k].data),
      { seed: i },
    );
    evaluations.push(result.evaluations);
    reversePasses.push(result.reversePasses);
    verdicts[result.verdict] = (verdicts[result.verdict] ?? 0) + 1;
    if (result.verdict === "fail") console.log(`${op.name} #${i}: ${result.reason}`);
  }
}
const quantile = (xs: readonly number[], q: number): number =>
  [...xs].sort((a, b) => a - b)[Math.floor(q * (xs.length - 1))];
for (const [name, xs] of Object.entries({ evaluations, reversePasses })) {
  console.log(`${name}: median ${quantile(xs, 0.5)}, 95 % ${quantile(xs, 0.95)}, most ${quantile(xs, 1)}`);
}
console.log(`${evaluations.length} checks:`, JSON.stringify(verdicts));
