import { filled, type Tensor } from "../core/tensor.js";
import { differentiable } from "../program/program.js";
import { directional } from "./directional.js";
import type { Point } from "./quantity.js";

/** Input coordinates that share open comparisons, and the derivative along all of them, which no choice changes. */
export interface TieGroup {
  /** Positions in the flattened gradient. */
  readonly members: readonly number[];
  readonly expected: number;
}

/** Tangents of tied alternatives are equal when they differ by less: 2⁻⁴⁰ is 8192 roundings of a double. */
const EQUAL = 2 ** -40;

type Groups = ReadonlyMap<number, readonly number[]>;

/**
 * Directions along which the gradient does not depend on how ties are broken.
 *
 * Coordinates alone would accept "every tied maximum gets the whole gradient". Moving all tied inputs together
 * keeps them tied, so the sum of their gradients is the same for every choice, and is known.
 *
 * @param hullOf the gradient's hull when only the given sites are open
 */
export function tieGroups(
  point: Point,
  groups: Groups,
  forwardSites: number,
  hullOf: (open: Groups) => { readonly low: Float64Array; readonly high: Float64Array },
): TieGroup[] {
  const touched: Set<number>[] = [];
  for (const [site, members] of groups) {
    if (site < forwardSites) continue;
    const { low, high } = hullOf(new Map([[site, members]]));
    const coordinates = new Set<number>();
    low.forEach((x, i) => {
      if (high[i] > x) coordinates.add(i);
    });
    if (coordinates.size > 1) touched.push(coordinates);
  }
  return merged(touched).flatMap((members) => {
    const expected = derivativeAlong(point, groups, members);
    return expected === undefined ? [] : [{ members: [...members].sort((a, b) => a - b), expected }];
  });
}

/** Unites sets that overlap. */
function merged(sets: readonly Set<number>[]): Set<number>[] {
  const result: Set<number>[] = [];
  for (const set of sets) {
    const union = new Set(set);
    for (let i = result.length - 1; i >= 0; i--) {
      if ([...result[i]].some((x) => union.has(x))) {
        for (const x of result[i]) union.add(x);
        result.splice(i, 1);
      }
    }
    result.push(union);
  }
  return result;
}

/** ⟨gy, J·w⟩ for w = 1 on the members; undefined where it depends on a choice. */
function derivativeAlong(point: Point, groups: Groups, members: ReadonlySet<number>): number | undefined {
  let position = 0;
  const tangents: Tensor[] = differentiable(point.program).map((k) => {
    const tangent = filled(point.program.inputs[k].shape, 0);
    for (let i = 0; i < tangent.data.length; i++) if (members.has(position++)) tangent.data[i] = 1;
    return tangent;
  });
  let site = 0;
  let independent = true;
  const outputs = directional(point.program, point.inputs, tangents, (_values, moves) => {
    const open = groups.get(site++);
    if (!open) return;
    const ds = open.map((j) => moves[j]);
    const largest = Math.max(...ds.map(Math.abs));
    if (Math.max(...ds) - Math.min(...ds) > EQUAL * largest) independent = false;
  });
  if (!independent) return undefined;
  let total = 0;
  outputs.forEach((dy, o) => {
    for (let i = 0; i < dy.data.length; i++) total += dy.data[i] * point.cotangents[o].data[i];
  });
  return total;
}
