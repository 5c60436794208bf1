import { judgeCase } from "../src/campaign/judgeCase.js";
import { plan } from "../src/campaign/plan.js";
import { unitCases } from "../src/campaign/unitCases.js";
import { OPS } from "../src/ops/index.js";
import { VERDICTS } from "../src/record/verdict.js";
import { inProcessSubject } from "../src/subjects/inProcess.js";
import { referenceAdapter, type ReferenceOptions } from "../src/subjects/reference.js";
import { PROPERTIES } from "../properties/index.js";

/**
 * How often a correct implementation is called wrong: `node dist/bench/falseAlarms.js [subject] [cases] [seed] [only]`.
 * `only` is a list of ops or properties, as in `--only`, set apart by commas.
 *
 * Cases are those of the campaigns, other seeds each round: all regions (inputs scaled by 10^±6, at kinks and an ulp
 * beside them), shapes and attributes, and random programs.
 */
const SUBJECTS: Readonly<Record<string, ReferenceOptions>> = {
  reference: {},
  "reference-f32": { precision: "f32" },
  "reference-f32-careful": { precision: "f32", form: 0 },
  // Ops with fewer forms begin again with their first one.
  "reference-f32-second": { precision: "f32", form: 2 },
  "reference-f32-third": { precision: "f32", form: 3 },
  "reference-f32-ftz": { precision: "f32", flush: true },
  "reference-f32-reversed": {
    precision: "f32",
    order: (n) => Array.from({ length: n }, (_, i) => n - 1 - i),
  },
};

const [id = "reference-f32", cases = "100000", firstSeed = "1000", only = ""] = process.argv.slice(2);
const options = SUBJECTS[id];
if (!options) throw new Error(`unknown subject "${id}": there are ${Object.keys(SUBJECTS).join(", ")}`);
const subject = inProcessSubject(id, referenceAdapter(options));
const { units } = plan(id, subject.hello, {
  properties: PROPERTIES,
  ops: OPS,
  only: only === "" ? [] : only.split(","),
});

const counts: Record<string, number> = {};
const reasons: Record<string, number> = {};
let done = 0;
const startedMs = performance.now();
for (let seed = Number(firstSeed); done < Number(cases); seed++) {
  for (const unit of units) {
    for (const [i, c] of unitCases(seed, unit, 0, 4, subject.hello).entries()) {
      const { verdict, reason } = await judgeCase(unit.property.law, c, subject);
      counts[verdict] = (counts[verdict] ?? 0) + 1;
      if (VERDICTS[verdict].wrong) console.log(`${unit.id}/b0#${i} seed ${seed}: ${verdict}, ${reason}`);
      if (verdict === "inconclusive") {
        const key = `${unit.property.name}/${unit.op?.name ?? "programs"}: ${reason.replace(/-?\d[\d.e+-]*/g, "#")}`;
        reasons[key] = (reasons[key] ?? 0) + 1;
      }
      done++;
    }
  }
  console.error(`${done} cases after seed ${seed}`);
}
const wrong = Object.entries(counts).reduce(
  (n, [verdict, k]) => n + (verdict in VERDICTS && VERDICTS[verdict as keyof typeof VERDICTS].wrong ? k : 0),
  0,
);
console.log(
  `${id}: ${wrong} false alarms in ${done} cases, ${Math.round((performance.now() - startedMs) / 1000)} s`,
);
console.log(JSON.stringify(counts));
const ranked = Object.entries(reasons).sort((a, b) => b[1] - a[1]);
for (const [reason, n] of ranked.slice(0, 15)) console.log(`  ${n} × ${reason}`);
