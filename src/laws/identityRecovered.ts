import { formatOf } from "../core/float.js";
import { Attainable } from "../oracles/attainable.js";
import type { Case } from "../record/case.js";
import { allHold, slackOfSum, type Equation } from "./equations.js";
import { askValue, failure, pointOf, readAnswer, undecided, type Law } from "./law.js";
import { momentsOf, normalizedIn, type Moments, type Normalized } from "./normalized.js";
import { NONE } from "./outputMoments.js";

/** A group whose scale and offset are its own deviation and mean. */
interface Restored {
  readonly group: readonly number[];
  readonly moments: Moments;
}

/** The first group of each channel decides about it; those that share a channel with another one are left out. */
function restoredIn({ inputs }: Case, site: Normalized): Restored[] {
  const taken = new Map<number, readonly number[]>();
  for (const group of site.groups) {
    for (const i of group) if (!taken.has(site.channel[i])) taken.set(site.channel[i], group);
  }
  return site.groups
    .filter((group) => group.every((i) => taken.get(site.channel[i]) === group))
    .map((group) => ({ group, moments: momentsOf(inputs[site.x], group, site) }));
}

/** The case with scale = √(v + epsilon) and offset = mean; undefined where there are no such inputs. */
function withOwnMoments(c: Case): { c: Case; site: Normalized; restored: readonly Restored[] } | undefined {
  const { program } = pointOf(c);
  const [site] = normalizedIn(program);
  if (!site || program.nodes.length > 1 || site.scale === undefined) return undefined;
  if (site.centres && site.offset === undefined) return undefined;
  const { round } = formatOf(c.dtype);
  const restored = restoredIn(c, site);
  const inputs = [...c.inputs];
  const put = (k: number | undefined, of: (moments: Moments) => number): void => {
    if (k === undefined) return;
    const data = inputs[k].data.slice();
    for (const { group, moments } of restored) {
      for (const i of group) data[site.channel[i]] = round(of(moments));
    }
    inputs[k] = { shape: inputs[k].shape, data };
  };
  put(site.scale, ({ deviation }) => deviation.value);
  put(site.offset, ({ mean }) => mean.value);
  return { c: { ...c, inputs }, site, restored };
}

/**
 * With scale = √(v + epsilon) and offset = mean, the moments of the group itself, a normalisation gives back what is put
 * in (Ioffe and Szegedy 2015, sec. 3).
 *
 * @domain cases of one op that normalises by moments of its own and has all of its parameters
 */
export const identityRecovered: Law = {
  name: "identity recovered",
  modes: ["value"],
  requests: (c) => [askValue(withOwnMoments(c)?.c ?? c)],
  judge(c, [outcome], precision) {
    const answer = readAnswer(c, outcome, "value");
    if (!answer.ok) return answer.judgement;
    const asked = withOwnMoments(c);
    if (!asked) return undecided(NONE);
    const { site, restored } = asked;
    if (restored.length === 0) return undecided("groups share their scale and offset with one another");
    const [y] = answer.value;
    const x = c.inputs[site.x].data;
    const attainable = new Attainable("value", pointOf(asked.c), precision);
    return allHold([attainable], precision, ([widths]) =>
      restored.flatMap(({ group, moments }) =>
        group.map((i, p): Equation => {
          // Scale and offset are rounded to the precision, and known as well as doubles know them.
          const scale = off(moments.deviation, asked.c.inputs[site.scale!].data[site.channel[i]]);
          const offset =
            site.offset === undefined
              ? 0
              : off(moments.mean, asked.c.inputs[site.offset].data[site.channel[i]]);
          const h = Math.abs(moments.normalized[p].value) + moments.normalized[p].bound;
          return {
            got: y.data[i],
            expected: x[i],
            allowed: slackOfSum([1], [y.data[i]], [widths[i]], precision) + h * scale + offset,
            size: Math.abs(x[i]) + Math.abs(moments.mean.value) + moments.deviation.value,
            failed: () =>
              failure(
                "identity",
                "value[0]",
                `with scale = √(v + epsilon) and offset = mean, ${x[i]} becomes ${y.data[i]}`,
                { element: i },
              ),
          };
        }),
      ),
    );
  },
};

const off = ({ value, bound }: Moments["mean"], rounded: number): number => Math.abs(value - rounded) + bound;
