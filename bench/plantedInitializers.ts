import { PLANTED_INITIALIZERS } from "../fixtures/mutants/objects/initialization.js";
import { TRIALS } from "../properties/index.js";
import { catchMutant } from "../src/campaign/selfTest.js";

/**
 * Whether the twelve planted faults of initialisers are found every time: `node dist/bench/plantedInitializers.js [runs]`.
 *
 * Each is shown to the property that is there for it, with alpha 1e-9 as in a run with a thousand statistical trials.
 */
const runs = Number(process.argv[2] ?? 100);
const startedMs = performance.now();
for (const mutant of PLANTED_INITIALIZERS) {
  const trials = TRIALS.filter(({ name }) => name === mutant.property);
  let found = 0;
  for (let seed = 1; seed <= runs; seed++) {
    const { caughtBy } = await catchMutant(mutant, { trials }, seed);
    if (caughtBy.length > 0) found++;
    else console.log(`${mutant.name}: not found with seed ${seed}`);
  }
  console.log(`${found} of ${runs}  ${mutant.name}, by ${mutant.property}: ${mutant.says}`);
}
console.log(`${Math.round((performance.now() - startedMs) / 1000)} s`);
