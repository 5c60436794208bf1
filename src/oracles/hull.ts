import { doubles } from "../core/numberAlgebra.js";
import { evaluate, liftAll } from "../program/evaluate.js";
import { HullGates, Trace, type Site } from "./gates.js";
import { intervals, OpenChoiceError, type Interval } from "./interval.js";
import { derive, flatten, type Point, type Quantity } from "./quantity.js";

/** Open comparisons, by site, with the alternatives among which they choose. */
export type OpenGroups = ReadonlyMap<number, readonly number[]>;

/**
 * The least and the largest of each coordinate over the alternatives of open comparisons, by intervals.
 *
 * @param exact.exact the quantity without rounding, with its comparisons as they fall
 * @throws OpenChoiceError where a rule computes with what is open in a way that intervals do not follow
 */
export function hullOf(
  exact: {
    readonly quantity: Quantity;
    readonly point: Point;
    readonly exact: Float64Array;
    readonly sites: readonly Site[];
    readonly forwardSites: number;
  },
  groups: OpenGroups,
): { low: Float64Array; high: Float64Array } {
  const { quantity, point, sites, forwardSites } = exact;
  const A = doubles(new Trace());
  const values = evaluate(A, point.program, liftAll(A, point.inputs));
  if (quantity === "value") return { low: exact.exact.slice(), high: exact.exact.slice() };
  const B = intervals(new HullGates(sites, groups, forwardSites));
  const points = values.map((x) => ({
    shape: x.shape,
    data: Array.from({ length: x.data.length }, (_, i) => B.lift(x.data[i])),
  }));
  const results = derive<Interval>(B, quantity, point, points);
  const side = (which: keyof Interval): Float64Array =>
    flatten(
      results.map(({ shape, data }) => ({
        shape,
        data: Array.from({ length: data.length }, (_, i) => data[i][which]),
      })),
    );
  const bounds = { low: side("low"), high: side("high") };
  if (!allFinite(bounds.low) || !allFinite(bounds.high)) throw new OpenChoiceError("an unbounded hull");
  return bounds;
}

export function allFinite(xs: Float64Array): boolean {
  for (let i = 0; i < xs.length; i++) if (!Number.isFinite(xs[i])) return false;
  return true;
}
