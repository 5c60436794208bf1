import { Stream } from "../src/core/random.js";
import { binomialTails, clopperPearson } from "../src/statistics/binomial.js";
import { GAIN_REGION } from "../src/statistics/gainEvidence.js";
import { chernoffExponent } from "../src/statistics/meanSquareBand.js";
import { sequentialCap } from "../src/statistics/sequentialCap.js";
import { SequentialScale } from "../src/statistics/sequentialScale.js";
import { normalLaw, truncatedNormalLaw, uniformLaw, type WeightLaw } from "../src/statistics/weightLaw.js";
import { drawSumOfSquares } from "../fixtures/builders/drawSums.js";

/**
 * The sequential test of a scale: `node dist/bench/sequential.js [runs] [nullRuns] [seed]`.
 *
 * How many weights it takes, beside the theory: log(2/alpha) over the information of a weight against the nearest end of
 * the region is what no test with these errors can beat by more than its overshoot. And how often it is wrong at
 * alpha = 0.01 when the gain is an end of the region, the worst case.
 */
const [runs = "200", nullRuns = "10000", seed = "1"] = process.argv.slice(2);
const LAWS = [normalLaw, uniformLaw, truncatedNormalLaw(2)];

interface Run {
  readonly samples: number;
  readonly answer: string;
}

interface Plan {
  readonly law: WeightLaw;
  readonly gain: number;
  readonly alpha: number;
  readonly cap: number;
  /** How many weights to draw when there are n. */
  readonly step: (n: number) => number;
}

/** One test, given up at the cap. */
function run({ law, gain, alpha, cap, step }: Plan, name: string): Run {
  const stream = new Stream(Number(seed), name);
  const test = new SequentialScale({ law, alpha });
  while (test.samples < cap) {
    const n = step(test.samples);
    test.addSquares(gain * gain * drawSumOfSquares(law, n, stream), n);
    const answer = test.comparison();
    if (answer !== "draw more") return { samples: test.samples, answer };
  }
  return { samples: test.samples, answer: "draw more" };
}

function expectations(law: WeightLaw): void {
  const alpha = 1e-9;
  for (const gain of [1, 1.05, 0.95, 1.1, Math.SQRT2]) {
    const cap = sequentialCap({ law, alpha }, { gain, miss: 1e-6 });
    const results = Array.from({ length: Number(runs) }, (_, i) =>
      run({ law, gain, alpha, cap, step: () => 50 }, `${law.name}/${gain}#${i}`),
    );
    const counts = results.map(({ samples }) => samples).sort((a, b) => a - b);
    const mean = counts.reduce((a, b) => a + b, 0) / counts.length;
    const deviation = Math.sqrt(counts.reduce((a, b) => a + (b - mean) ** 2, 0) / counts.length ** 2);
    const end = gain < 1 ? GAIN_REGION.low : GAIN_REGION.high;
    const theory = Math.log(2 / alpha) / chernoffExponent(law, (gain / end) ** 2);
    const right = gain === 1 ? "inside" : "disjoint";
    console.log(
      `${law.name}, gain ${gain.toFixed(4)}: ${Math.round(mean)} ± ${Math.round(deviation)} weights, ` +
        `theory ${Math.round(theory)}, largest ${counts.at(-1)}, cap for a miss of 1e-6 ${cap}, ` +
        `${results.filter(({ answer }) => answer === right).length} of ${runs} ${right}`,
    );
  }
}

function falseAlarms(law: WeightLaw, count: number, cap: number): void {
  const alpha = 0.01;
  // Far out the sum changes little in relation to itself, and is looked at less often.
  const step = (n: number): number => Math.max(100, Math.floor(n / 50));
  for (const [end, gain] of Object.entries(GAIN_REGION) as [string, number][]) {
    let wrong = 0;
    for (let i = 0; i < count; i++) {
      // On the border both answers would be wrong of a gain an ulp away, and so both are counted.
      if (run({ law, gain, alpha, cap, step }, `${law.name}/null/${end}#${i}`).answer !== "draw more")
        wrong++;
    }
    const { low, high } = clopperPearson(wrong, count, 0.01);
    const p = binomialTails(wrong, count, alpha).atLeast.value;
    console.log(
      `${law.name}, gain at the ${end} end: ${wrong} wrong of ${count} at alpha ${alpha} within ${cap} weights, ` +
        `99 % interval [${low.toPrecision(3)}, ${high.toPrecision(3)}], P(so many | alpha) = ${p.toPrecision(3)}`,
    );
  }
}

for (const law of LAWS) expectations(law);
falseAlarms(normalLaw, Number(nullRuns), 1_000_000);
// Their sums have no law to be drawn from at once.
for (const law of LAWS.slice(1)) falseAlarms(law, Math.ceil(Number(nullRuns) / 20), 30_000);

// Memory: ten million weights through one test, in the same array.
const stream = new Stream(Number(seed), "memory");
const weights = Float32Array.from({ length: 10_000 }, () => stream.normal());
const test = new SequentialScale({ law: normalLaw, alpha: 1e-9 });
const before = process.memoryUsage().heapUsed;
const startedMs = performance.now();
for (let i = 0; i < 1000; i++) test.add(weights);
const grownKb = Math.round((process.memoryUsage().heapUsed - before) / 1024);
console.log(
  `${test.samples} weights in ${Math.round(performance.now() - startedMs)} ms, heap ${grownKb} KB larger (a weight is 4 bytes)`,
);
