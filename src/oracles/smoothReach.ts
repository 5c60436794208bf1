import { doubles } from "../core/numberAlgebra.js";
import { dot } from "../core/sum.js";
import type { Tensor } from "../core/tensor.js";
import { differentiable } from "../program/program.js";
import { Trace } from "./gates.js";
import { compute, flatten, type Point } from "./quantity.js";

/** How much of itself the derivative may change within a step. */
const MOST_CHANGE = 0.25;
/** Halvings that are tried. */
const MOST_HALVINGS = 40;

/**
 * By how much a direction must be shortened so that steps along it stay where the program is smooth: no comparison
 * changes its outcome within `step` on either side, and the gradient changes by a quarter at most. 0 where no
 * length will do, as at a kink.
 */
export function smoothReach(p: Point, w: Float64Array, step: number): number {
  const here = look(p);
  if (here.tied) return 0;
  const size = dot(here.gradient.map(Math.abs), w.map(Math.abs));
  for (let halvings = 0; halvings <= MOST_HALVINGS; halvings++) {
    const reach = 2 ** -halvings;
    const smooth = [step, -step].every((h) => {
      const there = look(moved(p, w, h * reach));
      if (there.decisions !== here.decisions) return false;
      const change = there.gradient.map((g, i) => Math.abs(g - here.gradient[i]));
      return dot(change, w.map(Math.abs)) <= MOST_CHANGE * size;
    });
    if (smooth) return reach;
  }
  return 0;
}

interface Look {
  readonly gradient: Float64Array;
  /** Outcome of every comparison, in one text. */
  readonly decisions: string;
  readonly tied: boolean;
}

function look(p: Point): Look {
  const trace = new Trace();
  const gradient = flatten(compute(doubles(trace), "gradient", p));
  return {
    gradient,
    decisions: trace.sites
      .map((site) => (site.floor ? Math.floor(site.values[0]) : site.members.join("=")))
      .join(),
    tied: trace.sites.some((site) =>
      site.floor ? Number.isInteger(site.values[0]) : site.members.length > 1,
    ),
  };
}

function moved(p: Point, w: Float64Array, h: number): Point {
  const inputs: Tensor[] = [...p.inputs];
  let position = 0;
  for (const k of differentiable(p.program)) {
    const { shape, data } = p.inputs[k];
    inputs[k] = { shape, data: data.map((x) => x + h * w[position++]) };
  }
  return { ...p, inputs };
}
