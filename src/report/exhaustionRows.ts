import { fromBits32, shortest } from "../core/float.js";
import {
  bitsAt,
  INFINITE_MAGNITUDE,
  isExhaustive,
  KINDS,
  QUANTITIES,
  type ExhaustedQuantity,
  type KindRun,
  type Saturation,
  type Sighting,
  type Violations,
} from "../record/exhaustion.js";
import type { ReportExhaustion } from "../record/report.js";
import type { AnyNumber } from "../record/verdict.js";
import { showCount, showMeasure, showPlural } from "./showNumber.js";

/** One fact about both results. */
export interface ExhaustionRow {
  readonly what: string;
  readonly value: string;
  readonly derivative: string;
}

/** Runs of wrong kinds that are shown of each sign. */
const RUNS_SHOWN = 4;

export const hexBits = (bits: number): string => `0x${bits.toString(16).padStart(8, "0")}`;

const float = (x: AnyNumber): string => shortest(Number(x), "f32").replace("-", "−");
const at = (bits: number): string => `${float(fromBits32(bits))} (${hexBits(bits)})`;

/** For example: "sigmoid, all 4,294,967,296 float32 inputs" */
export function exhaustionTitle({ op, attributes, from, to, statistics }: ReportExhaustion): string {
  const chosen = Object.keys(attributes).length > 0 ? ` ${JSON.stringify(attributes)}` : "";
  const inputs = showCount(statistics.inputs);
  const which = isExhaustive({ from, to })
    ? `all ${inputs} float32 inputs`
    : `${inputs} float32 inputs, ±${hexBits(from)} up to ±${hexBits(to - 1)}; not exhaustive`;
  return `${op.replace(/@\d+$/, "")}${chosen}, ${which}`;
}

/** The table, row by row: the same words on a terminal, in Markdown and in HTML. */
export function exhaustionRows(table: ReportExhaustion): ExhaustionRow[] {
  const row = (what: string, say: (quantity: ExhaustedQuantity) => string | null): ExhaustionRow[] => {
    const [value, derivative] = QUANTITIES.map(say);
    return value === null && derivative === null
      ? []
      : [{ what, value: value ?? "", derivative: derivative ?? "" }];
  };
  const of = (quantity: ExhaustedQuantity) => table.statistics[quantity];
  return [
    ...row("worst error", (q) => worst(table[q].confirmed?.worst ?? of(q).worst, table[q].confirmed?.digits)),
    ...row("of subnormal results", (q) => (of(q).worstSubnormal ? worst(of(q).worstSubnormal, 0) : null)),
    ...histogramRows(table),
    ...row("beyond careful arithmetic", (q) => showCount(of(q).beyondCareful)),
    ...row("beyond textbook forms", (q) => showCount(of(q).beyondTextbook)),
    ...row("neighbours out of order", (q) => violations(of(q).monotonicity)),
    ...row("symmetry", (q) => {
      const { symmetry } = table[q];
      return symmetry === null ? "none" : `${symmetry}: ${violations(of(q).symmetry)}`;
    }),
    ...row("wrong kind of result", (q) => kinds(of(q).kinds, of(q).runs)),
    ...row("limit as x → ∞", (q) => saturation(table[q].limits[0], of(q).saturation[0], 0, table.to)),
    ...row("limit as x → −∞", (q) => saturation(table[q].limits[1], of(q).saturation[1], 1, table.to)),
    ...row("smallest result", (q) => extreme(of(q).lowest)),
    ...row("largest result", (q) => extreme(of(q).highest)),
    ...row("subnormal results flushed", (q) => share(of(q).flushedResults, of(q).subnormalResults)),
    ...row("subnormal inputs taken for 0", (q) => share(of(q).flushedInputs, of(q).telltaleInputs)),
    ...row("at kinks", (q) => (q === "value" || table.statistics.kinks.length === 0 ? null : kinks(table))),
  ];
}

function worst(sighting: Sighting | null, digits = 0): string {
  if (!sighting) return "every result is correctly rounded";
  const { ulps, bits, got, exact } = sighting;
  const vouched = digits > 0 ? `, by ${digits} digits` : "";
  return `${showUlps(ulps)} at ${at(bits)}: ${float(got)}, exactly ${precise(exact)}${vouched}`;
}

const precise = (x: AnyNumber): string => String(Number(Number(x).toPrecision(12))).replace("-", "−");

const showUlps = (ulps: AnyNumber): string => {
  const size = Number(ulps);
  return `${size < 100 ? String(Number(size.toPrecision(6))) : showMeasure(ulps)} ulp`;
};

/** Classes that are empty for both are left out. */
function histogramRows({ statistics }: ReportExhaustion): ExhaustionRow[] {
  return statistics.value.histogram.flatMap((n, k) => {
    const m = statistics.derivative.histogram[k];
    return n + m === 0
      ? []
      : [{ what: `error ${className(k)}`, value: showCount(n), derivative: showCount(m) }];
  });
}

function className(k: number): string {
  if (k === 0) return "≤ ½ ulp";
  const last = 25;
  return k > last ? "> 2^24 ulp" : `≤ ${k < 14 ? showCount(2 ** (k - 1)) : `2^${k - 1}`} ulp`;
}

function violations({ count, first, worst: most }: Violations): string {
  if (count === 0 || first === null || most === null) return "none";
  const steps = `${showPlural(most.steps, "step")} of float32`;
  return most.bits === first
    ? `${showCount(count)}, first at ${at(first)} (${steps})`
    : `${showCount(count)}, first at ${at(first)}, worst at ${at(most.bits)} (${steps})`;
}

function kinds(counts: readonly (readonly number[])[], runs: readonly (readonly KindRun[])[]): string {
  const total = counts.flat().reduce((a, b) => a + b, 0);
  if (total === 0) return "none";
  const shown = runs.flatMap((side, sign) =>
    side.slice(0, RUNS_SHOWN).map(({ first, last, expected, got }) => {
      const [a, b] = [first, last].map((m) => at(bitsAt(m, sign)));
      return `${KINDS[got]} for ${KINDS[expected]} at ${first === last ? a : `${a} … ${b}`}`;
    }),
  );
  const more = runs.reduce((n, side) => n + Math.max(0, side.length - RUNS_SHOWN), 0);
  return `${showCount(total)}: ${shown.join("; ")}${more > 0 ? `; and ${showPlural(more, "more run")}` : ""}`;
}

/** From where on the result is its limit for good; and where first, when that is not the same. */
function saturation(limit: AnyNumber | null, seen: Saturation, sign: number, to: number): string | null {
  if (limit === null) return null;
  const place = (magnitude: number): string => at(bitsAt(magnitude, sign));
  const forGood = (lastWithout: number | null, first: number | null): number | null => {
    const next = lastWithout === null ? first : lastWithout + 1;
    return next !== null && next < Math.min(to, INFINITE_MAGNITUDE) ? next : null;
  };
  const name = float(limit);
  const reached = forGood(seen.lastWithout, seen.first);
  const exact = forGood(seen.exactLastWithout, seen.exactFirst);
  const rounded = exact === null ? "" : `; correctly rounded from ${place(exact)}`;
  if (reached === null || seen.first === null) return `${name}: not reached for good here${rounded}`;
  const first = seen.first === reached ? "" : `, first at ${place(seen.first)}`;
  return `${name} from ${place(reached)}${first}${rounded}`;
}

const extreme = (found: { readonly value: AnyNumber; readonly bits: number } | null): string | null =>
  found && `${float(found.value)} at ${at(found.bits)}`;

const share = (part: number, whole: number): string | null =>
  whole === 0 ? null : `${showCount(part)} of ${showCount(whole)}`;

const kinks = ({ statistics }: ReportExhaustion): string =>
  statistics.kinks
    .map(({ bits, got, exact }) => `${float(got)} at ${at(bits)} (${float(exact)} by our convention)`)
    .join("; ");
