import { it } from "vitest";
import { checkGradient } from "./checkGradient.js";
import { Stream } from "../core/random.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { tensor, type Tensor } from "../core/tensor.js";
import { OPS } from "../ops/index.js";
import { drawCase } from "../arbitraries/drawCase.js";
import { check, differentiable } from "../program/program.js";
import { evaluateDoubles, evaluate } from "../program/evaluate.js";
import { reverse } from "../program/reverse.js";
import { flatten } from "./quantity.js";
it("x", () => {
  const all: number[] = []; const rev: number[] = [];
  const verdicts: Record<string, number> = {};
  for (const op of OPS) {
    const evs: number[] = []; const st: Record<string, number> = {}; const notes: string[] = [];
    for (let k = 0; k < 40; k++) {
      const s = new Stream(3, `${op.name}${k}`);
      const classes: Record<string,string> = {};
      for (const [n, a] of Object.entries(op.attributes)) classes[n] = s.pick(a.classes);
      const region = s.pick(["ordinary","ordinary","wide","ties"]) as never;
      let c; try { c = drawCase(s, op, { dtype: "f64", region, shapes: "ordinary", classes } as never); } catch (e) { st["draw:" + (e as Error).message.slice(0,60)] = 1; continue; }
      const program = check(c.program);
      const moving = differentiable(program);
      const put = (xs: readonly Float64Array[]): Tensor[] => c.inputs.map((x, i) => moving.includes(i) ? { shape: x.shape, data: xs[moving.indexOf(i)] } : x);
      const f = (xs: readonly Float64Array[]) => { const v = evaluateDoubles(DOUBLES, program, put(xs)); return flatten(program.outputs.map(o => v[o])); };
      const g = (xs: readonly Float64Array[], v: Float64Array) => { const vals = evaluate(DOUBLES, program, put(xs)); return reverse(DOUBLES, program, vals, [tensor(program.shapes[program.outputs[0]], v)]).filter(x => x !== null).map(x => x.data as Float64Array); };
      const r = checkGradient(f, g, moving.map(i => c.inputs[i].data), { seed: k });
      st[r.verdict] = (st[r.verdict] ?? 0) + 1; verdicts[r.verdict] = (verdicts[r.verdict] ?? 0) + 1;
      evs.push(r.evaluations); all.push(r.evaluations); rev.push(r.reversePasses);
      if (r.verdict === "fail" || (r.verdict === "inconclusive" && notes.length < 1)) notes.push(`${region} ${r.reason}`.slice(0,150)+ JSON.stringify(c.program.nodes[0].attributes)+JSON.stringify(c.inputs.map(x=>[...x.data])).slice(0,150));
    }
    evs.sort((a,b)=>a-b);
    console.log(op.name, JSON.stringify(st), evs[evs.length>>1], evs.at(-1), notes.slice(0,3));
  }
  all.sort((a,b)=>a-b); rev.sort((a,b)=>a-b);
  console.log("ALL", JSON.stringify(verdicts), all[all.length>>1], all[all.length*.9|0], all.at(-1), "rev", rev[rev.length>>1], rev.at(-1));
});
