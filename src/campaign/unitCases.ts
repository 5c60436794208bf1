import { Stream } from "../core/random.js";
import type { Case } from "../record/case.js";
import type { Hello } from "../record/protocol.js";
import type { Unit } from "./plan.js";

/**
 * The cases of one block of a unit: a function of the campaign's seed, the unit's name and the block's number, so
 * that they depend neither on workers nor on order.
 *
 * @param runs cases per attribute class (or in all, for a unit of one cell)
 * @param wanted the classes that still need cases; all of them in the first block
 */
export function unitCases(
  seed: number,
  unit: Unit,
  block: number,
  runs: number,
  hello: Hello,
  wanted: readonly string[] = unit.classes,
): Case[] {
  const has = (op: string): boolean => hello.capabilities.ops[op]?.modes.includes("vjp") ?? false;
  const byAttribute = group(unit.classes, wanted);
  const most = Math.max(1, ...byAttribute.map(({ wanted: labels }) => labels.length));
  return Array.from({ length: runs * most }, (_, i) => {
    const stream = new Stream(seed, `${unit.id}/b${block}#${i}`);
    const classes = Object.fromEntries(
      byAttribute.map(({ attribute, wanted: mine, all }, a) => {
        const labels = mine.length > 0 ? mine : all;
        // Each attribute runs through its classes at a pace of its own, so that all combinations come up.
        return [attribute, labels[(i + a * Math.floor(i / labels.length)) % labels.length]];
      }),
    );
    return unit.property.draw(stream, unit.op, { dtype: unit.dtype, classes, has });
  });
}

function group(classes: readonly string[], wanted: readonly string[]) {
  const attributes = [...new Set(classes.map((label) => label.slice(0, label.indexOf("="))))];
  return attributes.map((attribute) => ({
    attribute,
    all: classesOf(classes, attribute),
    wanted: classesOf(wanted, attribute),
  }));
}

const classesOf = (labels: readonly string[], attribute: string): string[] =>
  labels
    .filter((label) => label.startsWith(`${attribute}=`))
    .map((label) => label.slice(attribute.length + 1));
