import { planTrials } from "../src/campaign/planTrials.js";
import { firstWrong } from "../src/campaign/runTrial.js";
import { inProcessSubject } from "../src/subjects/inProcess.js";
import { referenceAdapter, type ReferenceOptions } from "../src/subjects/reference.js";
import { TRIALS } from "../properties/index.js";

/**
 * How often a correct implementation's objects are called wrong:
 * `node dist/bench/falseTrials.js [subject] [scenarios] [seed] [only]`. `only` is a list of objects or properties, as in
 * `--only`, set apart by commas.
 */
const SUBJECTS: Readonly<Record<string, ReferenceOptions>> = {
  reference: {},
  "reference-f32": { precision: "f32" },
  "reference-f32-careful": { precision: "f32", form: 0 },
  "reference-f32-ftz": { precision: "f32", flush: true },
  "reference-f32-reversed": {
    precision: "f32",
    order: (n) => Array.from({ length: n }, (_, i) => n - 1 - i),
  },
};

/** Scenarios of a sampled property, and the alpha of a statistical one, as in a campaign with a thousand of them. */
const RUNS = 32;
const ALPHA = 1e-9;

const [id = "reference-f32", scenarios = "2000", firstSeed = "1000", only = ""] = process.argv.slice(2);
const options = SUBJECTS[id];
if (!options) throw new Error(`unknown subject "${id}": there are ${Object.keys(SUBJECTS).join(", ")}`);
const subject = inProcessSubject(id, referenceAdapter(options));
const { trials } = planTrials(id, subject.hello, TRIALS, { only: only === "" ? [] : only.split(",") });
if (trials.length === 0) throw new Error(`no trials are called "${only}"`);

let done = 0;
let wrong = 0;
const startedMs = performance.now();
for (let seed = Number(firstSeed); done < Number(scenarios); seed++) {
  for (const trial of trials) {
    const { tried, cases } = await firstWrong(trial, subject, { seed, runs: RUNS, needed: 1, alpha: ALPHA });
    done += cases;
    if (!tried) continue;
    wrong++;
    console.log(`${trial.id} seed ${seed}: ${tried.verdict.verdict}, ${tried.verdict.reason}`);
  }
  console.error(`${done} scenarios after seed ${seed}`);
}
console.log(
  `${id}: ${wrong} false alarms in ${done} scenarios, ${Math.round((performance.now() - startedMs) / 1000)} s`,
);
