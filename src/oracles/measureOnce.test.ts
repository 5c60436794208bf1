import { differences, exactDirection } from "./finiteDifferences.js"; import { dot } from "../core/sum.js";
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
it("x", async () => {
 for (const regions of [["normal","magnitudes","specials","ties","saturated","scaled"]] as const) {
  const all: number[] = []; const rev: number[] = []; const verdicts: Record<string, number> = {}; const open: Record<string, number> = {};
  for (const op of OPS.filter(o=>o.name==="max")) for (let k = 0; k < 150; k++) {
      const s = new Stream(9, `${op.name}${k}`);
      const region = regions[k % regions.length];
      const c = drawCase(s, op, { dtype: "f64", region });
      const program = check(c.program);
      const moving = differentiable(program);
      const put = (xs: readonly Float64Array[]): Tensor[] => c.inputs.map((x, i) => moving.includes(i) ? { shape: x.shape, data: xs[moving.indexOf(i)] } : x);
      const f = (xs: readonly Float64Array[]) => { const v = evaluateDoubles(DOUBLES, program, put(xs)); return flatten(program.outputs.map(o => v[o])); };
      const g = (xs: readonly Float64Array[], v: Float64Array) => reverse(DOUBLES, program, evaluate(DOUBLES, program, put(xs)), [tensor(program.shapes[program.outputs[0]], v)]).filter(x => x !== null).map(x => x.data as Float64Array);
      const xs = moving.map(i => c.inputs[i].data); const r = checkGradient(f, g, xs, { seed: k });
      verdicts[r.verdict] = (verdicts[r.verdict] ?? 0) + 1;
      if (r.verdict === "inconclusive") { const key = r.reason.replace(/[\d.e+-]+/g, "#"); open[key] = (open[key] ?? 0) + 1; }
      if (r.verdict === "fail") { const draw = new Stream(k, `checkGradient/0`); const y=f(xs); const v=y.map(()=>draw.normal()); const g0=g(xs,v)[0]; const w=xs[0].map((value)=>draw.sign()*draw.between(0.5,1)*(Math.abs(value)>1e-290?Math.abs(value):1)); for (const sel of [r.found!.elements, [...w.keys()]]) { const m=new Float64Array(w.length); for(const i of sel) m[i]=w[i]; const d=exactDirection(xs[0],m).direction; const res=differences(z=>f([z]),xs[0],d,v,{}); console.log(sel.length, res.status,res.value,res.bound,res.evaluations,dot(g0,d), [...v], [...m].map((q,i)=>[i,xs[0][i],q])); const lv=[] as unknown[]; for(let l=0;l<34;l++){const h=2**(-9-l); const a=f([xs[0].map((t,i)=>t+h*d[i])]),b=f([xs[0].map((t,i)=>t-h*d[i])]); lv.push([l,(dot(v,a)-dot(v,b))/2/h, (dot(v,a)+dot(v,b)-2*dot(v,y))/h]);} console.log(lv);} }
 console.log(op.name, c.tags.join(), r.reason, JSON.stringify(c.program.nodes[0].attributes), JSON.stringify(c.inputs.map(x => [...x.data])).slice(0, 400));
      all.push(r.evaluations); rev.push(r.reversePasses);
  }
  all.sort((a,b)=>a-b); rev.sort((a,b)=>a-b);
  console.log("ALL", regions.length, all.length, JSON.stringify(verdicts), "ev", all[all.length>>1], all[all.length*.9|0], all.at(-1), "rev", rev[rev.length>>1], rev.at(-1), open);
 }
});
