import { DOUBLES } from "../core/numberAlgebra.js";
import { sizeOf } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { Attainable } from "../oracles/attainable.js";
import { flatten } from "../oracles/quantity.js";
import type { Precision } from "../oracles/tolerance.js";
import { evaluate, liftAll } from "../program/evaluate.js";
import { differentiable, type CheckedProgram } from "../program/program.js";
import { allCotangents } from "../program/reverse.js";
import type { Case } from "../record/case.js";
import { denseBefore, type Dense } from "./denseBefore.js";
import { allHold, slackOfSum, type Equation } from "./equations.js";
import { askGradient, failure, pointOf, readAnswer, undecided, type Law } from "./law.js";
import { affineAt, momentsOf, normalizedIn, type Normalized } from "./normalized.js";

/** What holds of the weights of a dense layer whose sums are normalised before anything else happens to them. */

/** A dense layer right before a normalisation. */
interface Site extends Dense {
  readonly norm: Normalized;
  readonly units: number;
  /** Units that are normalised together: of a batch norm each by itself, of a layer norm all. */
  readonly columns: readonly (readonly number[])[];
}

const sitesIn = (program: CheckedProgram): Site[] =>
  normalizedIn(program).flatMap((norm): Site[] => {
    const dense = denseBefore(norm.x, program);
    if (!dense) return [];
    const units = norm.shape.at(-1)!;
    return [{ ...dense, norm, units, columns: columnsOf(norm, units) }];
  });

/** Columns that some group has in common. */
function columnsOf({ groups }: Normalized, units: number): number[][] {
  const root = Array.from({ length: units }, (_, j) => j);
  const find = (j: number): number => (root[j] === j ? j : find(root[j]));
  for (const group of groups) for (const i of group) root[find(i % units)] = find(group[0] % units);
  const sets = new Map<number, number[]>();
  for (let j = 0; j < units; j++) sets.set(find(j), [...(sets.get(find(j)) ?? []), j]);
  return [...sets.values()];
}

/** Where the gradient of an input begins in the flattened run. */
function placeOf({ program }: Case, input: number): number {
  let from = 0;
  for (const k of differentiable(program)) {
    if (k === input) return from;
    from += sizeOf(program.inputs[k].shape);
  }
  throw new Error(`input ${input} is not differentiable`);
}

/** The entries of the weights, [in, units], that belong to some columns. */
const entriesOf = (c: Case, { weights, units }: Site, columns: readonly number[]): number[] =>
  Array.from(c.inputs[weights].data.keys()).filter((i) => columns.includes(i % units));

/**
 * Doubles know a cotangent to far more than this part of it, and sums to far more than that part of the largest, in
 * programs as well-conditioned as are drawn.
 */
const COTANGENT_DOUBT = 2 ** -20;
const SUM_DOUBT = 2 ** -40;

/**
 * What epsilon leaves of ⟨h, ∂C/∂h⟩ in some columns of the sums h: Σ t·⟨g, normalised h⟩, t = epsilon/(v + epsilon), g
 * the cotangent of what is normalised.
 */
function leftByEpsilon(
  { norm, units }: Site,
  columns: readonly number[],
  values: readonly NdArray<number>[],
  cotangent: NdArray<number> | undefined,
): { readonly value: number; readonly bound: number } {
  if (!cotangent) return { value: 0, bound: 0 };
  const { scale } = affineAt(norm, values);
  const sums = values[norm.x];
  let [value, bound] = [0, 0];
  for (const group of norm.groups) {
    if (!columns.includes(group[0] % units)) continue;
    const { share, normalized, deviation } = momentsOf(sums, group, norm);
    const largest = Math.max(...group.map((i) => Math.abs(sums.data[i])));
    group.forEach((i, p) => {
      const g = share.value * cotangent.data[i] * scale(i);
      const h = normalized[p];
      value += g * h.value;
      bound +=
        Math.abs(g) *
        (COTANGENT_DOUBT * Math.abs(h.value) + h.bound + (SUM_DOUBT * largest) / deviation.value);
    });
  }
  return { value, bound };
}

/**
 * ⟨W, ∂C/∂W⟩ = 0, unit by unit of a batch norm, for all units together of a layer norm: scale does not matter (van
 * Laarhoven 2017). With epsilon it is what that leaves, exactly.
 *
 * @domain programs with dense layers without bias right before normalisations
 */
export const weightOrthogonality: Law = {
  name: "weights before a normalisation",
  modes: ["vjp"],
  requests: (c) => [askGradient(c)],
  judge(c, [outcome], precision) {
    const answer = readAnswer(c, outcome, "vjp");
    if (!answer.ok) return answer.judgement;
    const point = pointOf(c);
    const sites = sitesIn(point.program).filter(({ bias }) => bias === undefined);
    if (sites.length === 0) return undecided("no dense layer without bias stands before a normalisation");
    const values = evaluate(DOUBLES, point.program, liftAll(DOUBLES, c.inputs));
    const cotangents = allCotangents(DOUBLES, point.program, values, liftAll(DOUBLES, c.cotangents));
    const gradient = flatten(answer.grads);
    const attainable = new Attainable("gradient", point, precision);
    return allHold([attainable], precision, ([widths]) =>
      sites.flatMap((site) =>
        site.columns.map((columns): Equation => {
          const [made] = point.program.made[site.norm.node];
          const left = leftByEpsilon(site, columns, values, cotangents[made]);
          const entries = entriesOf(c, site, columns);
          const from = placeOf(c, site.weights);
          const sums = weightedSum(
            entries.map((i) => c.inputs[site.weights].data[i]),
            entries.map((i) => from + i),
            { gradient, widths, terms: attainable.terms, precision },
          );
          return {
            ...sums,
            expected: left.value,
            allowed: sums.allowed + left.bound,
            failed: () =>
              failure(
                "orthogonality",
                `gradient[${differentiable(c.program).indexOf(site.weights)}]`,
                `⟨W, ∂C/∂W⟩ is ${sums.got}, and the scale of W, which is normalised, leaves ${left.value}`,
                { element: entries[0] },
              ),
          };
        }),
      ),
    );
  },
};

/**
 * A bias whose sums are centred right after gets no gradient: each entry before a batch norm, of a layer norm all of them
 * together.
 *
 * @domain programs with dense layers with bias right before normalisations that subtract the mean
 */
export const biasWithoutGradient: Law = {
  name: "bias before a normalisation",
  modes: ["vjp"],
  requests: (c) => [askGradient(c)],
  judge(c, [outcome], precision) {
    const answer = readAnswer(c, outcome, "vjp");
    if (!answer.ok) return answer.judgement;
    const point = pointOf(c);
    const sites = sitesIn(point.program).filter(({ bias, norm }) => bias !== undefined && norm.centres);
    if (sites.length === 0) return undecided("no bias stands before a normalisation that subtracts the mean");
    const gradient = flatten(answer.grads);
    const attainable = new Attainable("gradient", point, precision);
    return allHold([attainable], precision, ([widths]) =>
      sites.flatMap((site) =>
        site.columns.map((columns): Equation => {
          const from = placeOf(c, site.bias!);
          const sums = weightedSum(
            columns.map(() => 1),
            columns.map((j) => from + j),
            { gradient, widths, terms: attainable.terms, precision },
          );
          return {
            ...sums,
            expected: 0,
            failed: () =>
              failure(
                "bias",
                `gradient[${differentiable(c.program).indexOf(site.bias!)}]`,
                `a bias that is subtracted again with the mean gets a gradient of ${sums.got}`,
                { element: columns[0] },
              ),
          };
        }),
      ),
    );
  },
};

interface Run {
  readonly gradient: Float64Array;
  readonly widths: Float64Array;
  readonly terms: Float64Array;
  readonly precision: Precision;
}

function weightedSum(
  weights: readonly number[],
  positions: readonly number[],
  { gradient, widths, terms, precision }: Run,
): Pick<Equation, "got" | "allowed" | "size"> {
  const of = (all: Float64Array): number[] => positions.map((i) => all[i]);
  const inner = (sizes: readonly number[]): number =>
    weights.reduce((total, w, p) => total + Math.abs(w) * sizes[p], 0);
  return {
    got: weights.reduce((total, w, p) => total + w * gradient[positions[p]], 0),
    allowed: slackOfSum(weights, of(gradient), of(widths), precision),
    size: inner(of(terms)),
  };
}
