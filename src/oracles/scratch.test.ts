import { it } from "vitest";
import { drawCase } from "../arbitraries/drawCase.js";
import { drawProgram } from "../arbitraries/drawProgram.js";
import { Stream } from "../core/random.js";
import { OPS } from "../ops/index.js";
import { pointOf, askGradient, askTangent, askValue } from "../laws/law.js";
import { inProcessSubject } from "../subjects/inProcess.js";
import { referenceAdapter } from "../subjects/reference.js";
import { decodeTensor } from "../record/tensor.js";
import { assess } from "./assess.js";
import { precisionIn } from "../../fixtures/builders/caseOf.js";

it.each([["t", {precision:"f32"}],["c",{precision:"f32",form:0}],["z",{precision:"f32",flush:true}]] as const)("x %s", async (_n, o) => {
  const subject = inProcessSubject("x", referenceAdapter(o));
  const p = precisionIn("f32", "flush" in o);
  const counts: Record<string, number> = {};
  const t = performance.now();
  for (const op of OPS) for (let i = 0; i < 12; i++) {
    const c = drawCase(new Stream(7, `accept ${op.name} ${i}`), op, { dtype: "f32" });
    for (const [q, ask] of [["value", askValue], ["gradient", askGradient], ["tangent", askTangent]] as const) {
      const out = await subject.evaluate(ask(c));
      if (out.status !== "ok") throw new Error(JSON.stringify(out));
      const got = (q === "value" ? out.value! : out.grads!).map((g) => decodeTensor(g!));
      const a = assess(q, pointOf(c), got, p);
      counts[a.verdict] = (counts[a.verdict] ?? 0) + 1;
      if (a.verdict === "fail" || (a.verdict === "inaccurate" && "form" in o)) console.log(op.name, i, q, a);
    }
  }
  console.log(_n, counts, performance.now() - t);
});
it("plant", async () => {
  const subject = inProcessSubject("x", referenceAdapter({precision:"f32"}));
  const p = precisionIn("f32");
  for (const e of [1e-4, 1e-5]) { 
  const missed: Record<string, string[]> = {}; let n = 0;
  for (const op of OPS) for (let i = 0; i < 6; i++) {
    const c = drawCase(new Stream(7, `plant ${op.name} ${i}`), op, { dtype: "f32", region: "normal" });
    const out = await subject.evaluate(askGradient(c));
    if (out.status !== "ok") throw new Error(JSON.stringify(out));
    const got = out.grads!.map((g) => decodeTensor(g!));
    for (const g of got) for (let k = 0; k < g.data.length; k++) {
      const before = g.data[k]; if (before === 0) continue;
      g.data[k] = Math.fround(before * (1 + e));
      const a = assess("gradient", pointOf(c), got, p); n++;
      if (a.verdict !== "fail") (missed[op.name] ??= []).push(`${a.verdict} ${a.reason.slice(0,12)} ${before}`);
      g.data[k] = before; break;
    }
  }
  console.log(e, n, missed);
  }
});
