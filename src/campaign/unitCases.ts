import { Stream } from "../core/random.js";
import type { Case } from "../record/case.js";
import type { Hello } from "../record/protocol.js";
import { opId } from "../ops/op.js";
import { hasModes, type Unit } from "./plan.js";
import { acceptedClasses, refusalsOf, refusesAll, refusesIn } from "./refusals.js";

/**
 * The cases of one block of a unit: a function of the campaign's seed, the property, the op, the precision and the
 * block's number, so that they depend neither on workers nor on order, and every subject is shown the same ones (but for
 * what it refuses).
 *
 * The first block runs through all classes of all attributes. Later ones aim at one class each and leave the other
 * attributes to chance, since some classes go together badly (many libraries refuse strides with dilation).
 *
 * @param runs cases per attribute class (or in all, for a unit of one cell)
 * @param wanted the classes that still need cases; all of them in the first block
 */
export const unitCases = (...of: Parameters<typeof drawUnitCases>): Case[] => [...drawUnitCases(...of)];

/** The same, each drawn when it is asked for: programs take long to draw, and a mutant is often caught by its first. */
export function* drawUnitCases(
  seed: number,
  unit: Unit,
  block: number,
  runs: number,
  hello: Hello,
  wanted: readonly string[] = unit.classes,
): Generator<Case> {
  const { modes } = unit.property.law;
  const has = (op: string): boolean => hasModes(hello, op, modes) && !refusesAll(hello, op, modes);
  const aims = block === 0 || wanted.length === 0 ? allClasses(unit.classes, runs) : oneByOne(wanted, runs);
  for (const [i, classes] of aims.entries()) {
    const name = `${unit.stream}/b${block}#${i}`;
    const { op } = unit;
    // By a stream of their own: what a subject refuses must not change the numbers of its other cases.
    const accepted = op
      ? acceptedClasses(
          new Stream(seed, `${name}/classes`),
          op,
          classes,
          refusalsOf(hello, opId(op), modes),
          i,
        )
      : classes;
    yield unit.property.draw(new Stream(seed, name), op, {
      dtype: unit.dtype,
      classes: accepted,
      has,
      refuses: refusesIn(hello, modes),
    });
  }
}

type Classes = Readonly<Record<string, string>>;

/** Every class of every attribute, `runs` times at least; each attribute at a pace of its own, to mix them. */
function allClasses(labels: readonly string[], runs: number): Classes[] {
  const attributes = new Map<string, string[]>();
  for (const label of labels) {
    const [attribute, name] = split(label);
    attributes.set(attribute, [...(attributes.get(attribute) ?? []), name]);
  }
  const most = Math.max(1, ...[...attributes.values()].map((names) => names.length));
  return Array.from({ length: runs * most }, (_, i) =>
    Object.fromEntries(
      [...attributes].map(([attribute, names], a) => [
        attribute,
        names[(i + a * Math.floor(i / names.length)) % names.length],
      ]),
    ),
  );
}

const oneByOne = (labels: readonly string[], runs: number): Classes[] =>
  labels.flatMap((label) => Array.from({ length: runs }, () => Object.fromEntries([split(label)])));

function split(label: string): [string, string] {
  const at = label.indexOf("=");
  return [label.slice(0, at), label.slice(at + 1)];
}
