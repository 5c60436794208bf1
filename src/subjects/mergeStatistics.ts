import {
  inputOrder,
  type ExhaustStatistics,
  type KindRun,
  type QuantityStatistics,
  type Saturation,
  type Sighting,
  type Violations,
} from "../record/exhaustion.js";
import { MOST_RUNS, worstSuspects } from "./sideTally.js";

/**
 * Statistics of a range of magnitudes, from those of its lower and its upper part. Associative, so that the result
 * does not depend on how the range was cut.
 */
export const mergeStatistics = (low: ExhaustStatistics, high: ExhaustStatistics): ExhaustStatistics => ({
  inputs: low.inputs + high.inputs,
  value: mergeQuantities(low.value, high.value),
  derivative: mergeQuantities(low.derivative, high.derivative),
  kinks: [...low.kinks, ...high.kinks],
});

/** The same for one quantity; also of x and of −x over the same range. */
export function mergeQuantities(a: QuantityStatistics, b: QuantityStatistics): QuantityStatistics {
  const sum = (key: Counter): number => a[key] + b[key];
  return {
    histogram: a.histogram.map((n, k) => n + b.histogram[k]),
    worst: worse(a.worst, b.worst, "ulps"),
    worstSubnormal: worse(a.worstSubnormal, b.worstSubnormal, "ulps"),
    beyondCareful: sum("beyondCareful"),
    beyondTextbook: sum("beyondTextbook"),
    untold: sum("untold"),
    suspects: worstSuspects([...a.suspects, ...b.suspects]),
    leastCareful: worse(a.leastCareful, b.leastCareful, "ratio"),
    kinds: a.kinds.map((row, expected) => row.map((n, got) => n + b.kinds[expected][got])),
    runs: [joinRuns(a.runs[0], b.runs[0]), joinRuns(a.runs[1], b.runs[1])],
    monotonicity: addViolations(a.monotonicity, b.monotonicity),
    symmetry: addViolations(a.symmetry, b.symmetry),
    saturation: [
      joinSaturation(a.saturation[0], b.saturation[0]),
      joinSaturation(a.saturation[1], b.saturation[1]),
    ],
    lowest: further(a.lowest, b.lowest, -1),
    highest: further(a.highest, b.highest, 1),
    subnormalResults: sum("subnormalResults"),
    flushedResults: sum("flushedResults"),
    telltaleInputs: sum("telltaleInputs"),
    flushedInputs: sum("flushedInputs"),
  };
}

type Counter = {
  [K in keyof QuantityStatistics]: QuantityStatistics[K] extends number ? K : never;
}[keyof QuantityStatistics];

function worse(a: Sighting | null, b: Sighting | null, by: "ulps" | "ratio"): Sighting | null {
  if (!a || !b) return a ?? b;
  if (a[by] === b[by]) return inputOrder(a.bits, b.bits) < 0 ? a : b;
  return Number(a[by]) > Number(b[by]) ? a : b;
}

/** Adjacent runs of the same kinds are one; all but the first few are dropped. */
function joinRuns(low: readonly KindRun[], high: readonly KindRun[]): KindRun[] {
  const last = low.at(-1);
  const [first, ...rest] = high;
  const isOne =
    last &&
    first &&
    last.last === first.first - 1 &&
    last.expected === first.expected &&
    last.got === first.got;
  const joined = isOne ? [...low.slice(0, -1), { ...last, last: first.last }, ...rest] : [...low, ...high];
  return joined.slice(0, MOST_RUNS + 1);
}

function addViolations(a: Violations, b: Violations): Violations {
  return {
    count: a.count + b.count,
    first:
      a.first === null || b.first === null
        ? (a.first ?? b.first)
        : inputOrder(a.first, b.first) < 0
          ? a.first
          : b.first,
    worst: worseViolation(a.worst, b.worst),
  };
}

function worseViolation(a: Violations["worst"], b: Violations["worst"]): Violations["worst"] {
  if (!a || !b) return a ?? b;
  if (a.steps === b.steps) return inputOrder(a.bits, b.bits) < 0 ? a : b;
  return a.steps > b.steps ? a : b;
}

const joinSaturation = (low: Saturation, high: Saturation): Saturation => ({
  first: low.first ?? high.first,
  lastWithout: high.lastWithout ?? low.lastWithout,
  exactFirst: low.exactFirst ?? high.exactFirst,
  exactLastWithout: high.exactLastWithout ?? low.exactLastWithout,
});

function further(
  a: QuantityStatistics["lowest"],
  b: QuantityStatistics["lowest"],
  direction: 1 | -1,
): QuantityStatistics["lowest"] {
  if (!a || !b) return a ?? b;
  const difference = direction * (Number(a.value) - Number(b.value));
  if (difference === 0 || a.value === b.value) return inputOrder(a.bits, b.bits) < 0 ? a : b;
  return difference > 0 ? a : b;
}
