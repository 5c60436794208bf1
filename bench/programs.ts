import { hasModes } from "../src/campaign/plan.js";
import { refusesAll, refusesIn } from "../src/campaign/refusals.js";
import { judgeCase } from "../src/campaign/judgeCase.js";
import { Stream } from "../src/core/random.js";
import { programs } from "../properties/agreement.js";
import { programSymmetry } from "../properties/secondOrder.js";
import { VERDICTS } from "../src/record/verdict.js";
import { inProcessSubject } from "../src/subjects/inProcess.js";
import { referenceAdapter, type ReferenceOptions } from "../src/subjects/reference.js";
import { tfjsAdapter } from "../src/subjects/tfjs.js";

/**
 * What random programs are made of, how well-conditioned they are, and how often a correct implementation is called
 * wrong on them: `node dist/bench/programs.js [subject] [programs] [seed] [first or second order]`.
 */
const SUBJECTS: Readonly<Record<string, ReferenceOptions>> = {
  reference: {},
  "reference-f32": { precision: "f32" },
  "reference-f32-careful": { precision: "f32", form: 0 },
  "reference-f32-ftz": { precision: "f32", flush: true },
};

const [id = "reference-f32", count = "2000", seed = "1", order = "first"] = process.argv.slice(2);
const adapter =
  id === "tfjs" ? await tfjsAdapter({ log: () => undefined }) : referenceAdapter(SUBJECTS[id] ?? {});
if (id !== "tfjs" && !SUBJECTS[id])
  throw new Error(`unknown subject "${id}": there are ${Object.keys(SUBJECTS).join(", ")} and tfjs`);
const subject = inProcessSubject(id, adapter);
const { law, draw } = order === "second" ? programSymmetry : programs;
const has = (op: string): boolean =>
  hasModes(subject.hello, op, law.modes) && !refusesAll(subject.hello, op, law.modes);
const refuses = refusesIn(subject.hello, law.modes);
const dtype = id === "reference" ? "f64" : "f32";

const tags: Record<string, number> = {};
const usedOps: Record<string, number> = {};
const verdicts: Record<string, number> = {};
const bySize: Record<string, { programs: number; inconclusive: number }> = {};
const reasons: Record<string, number> = {};
const count1 = (counts: Record<string, number>, key: string): void => {
  counts[key] = (counts[key] ?? 0) + 1;
};
let drawingMs = 0;
let judgingMs = 0;
let nodes = 0;
for (let i = 0; i < Number(count); i++) {
  const startedMs = performance.now();
  const c = draw(new Stream(Number(seed), `programs ${i}`), undefined, { dtype, classes: {}, has, refuses });
  const drawnMs = performance.now();
  const { verdict, reason } = await judgeCase(law, c, subject);
  drawingMs += drawnMs - startedMs;
  judgingMs += performance.now() - drawnMs;
  nodes += c.program.nodes.length;
  for (const tag of c.tags) count1(tags, tag);
  for (const op of new Set(c.program.nodes.map((node) => node.op))) count1(usedOps, op);
  count1(verdicts, verdict);
  const size = c.tags.find((tag) => tag.startsWith("program nodes:"))!;
  bySize[size] ??= { programs: 0, inconclusive: 0 };
  bySize[size].programs++;
  if (verdict === "inconclusive") bySize[size].inconclusive++;
  if (verdict !== "pass" && verdict !== "convention" && verdict !== "inaccurate") {
    count1(reasons, `${verdict}: ${reason.replace(/-?\d[\d.e+-]*/g, "#")}`);
  }
  if (VERDICTS[verdict].wrong) console.log(`program ${i}, seed ${seed}: ${verdict}, ${reason}`);
  // A long run that is cut off still says how far it came.
  if ((i + 1) % 1000 === 0) console.log(`${i + 1} programs: ${JSON.stringify(verdicts)}`);
}

const share = (n: number): string => `${((100 * n) / Number(count)).toFixed(1)} %`;
const table = (counts: Record<string, number>, most = Infinity): void => {
  const ranked = Object.entries(counts).sort((a, b) => b[1] - a[1]);
  for (const [name, n] of ranked.slice(0, most)) console.log(`  ${share(n).padStart(7)}  ${name}`);
};
console.log(
  `${count} programs on ${id}, seed ${seed}, ${(nodes / Number(count)).toFixed(1)} nodes on average`,
);
console.log(
  `  drawing ${(drawingMs / Number(count)).toFixed(1)} ms, judging ${(judgingMs / Number(count)).toFixed(1)} ms each`,
);
table(tags);
console.log("verdicts");
table(verdicts);
console.log("inconclusive, by size");
for (const [size, { programs: n, inconclusive }] of Object.entries(bySize).sort(([a], [b]) =>
  a.localeCompare(b),
))
  console.log(`  ${((100 * inconclusive) / n).toFixed(1).padStart(5)} %  ${size}`);
console.log("undecided or wrong, and why");
table(reasons, 25);
console.log(`${Object.keys(usedOps).length} ops; in how many programs`);
table(usedOps);
