import type { Stream } from "../core/random.js";
import { opId, type AnyOp } from "../ops/op.js";
import type { Hello, Mode, Refusal } from "../record/protocol.js";

/** What a subject says beforehand that it refuses of an op, asked in these ways. */
export function refusalsOf({ capabilities }: Hello, op: string, modes: readonly Mode[]): readonly Refusal[] {
  const { without = {}, refuses = [] } = capabilities.ops[op] ?? {};
  return [
    ...Object.entries(without).map(([label, reason]): Refusal => ({ classes: [label], reason })),
    ...refuses.filter((refusal) => refusal.modes?.some((mode) => modes.includes(mode)) ?? true),
  ];
}

/** Whether it is refused whatever its shapes are. */
export const isAlways = ({ unlessRank }: Refusal): boolean => unlessRank === undefined;

/** Whether an op is refused whatever its attributes and shapes are. */
export const refusesAll = (hello: Hello, op: string, modes: readonly Mode[]): boolean =>
  refusalsOf(hello, op, modes).some((refusal) => isAlways(refusal) && refusal.classes.length === 0);

type Classes = Readonly<Record<string, string>>;

/** Whether attributes of these classes, and a first input of this rank if that is known, are refused. */
export const isRefused = (refusals: readonly Refusal[], classes: Classes, rank?: number): boolean =>
  refusals.some(
    ({ classes: labels, unlessRank }) =>
      labels.every((label) => {
        const at = label.indexOf("=");
        return classes[label.slice(0, at)] === label.slice(at + 1);
      }) &&
      (unlessRank === undefined || (rank !== undefined && (rank < unlessRank.low || rank > unlessRank.high))),
  );

/** Draws before it is taken that everything is refused. */
const ATTEMPTS = 60;

/**
 * Classes for all attributes of an op, as many as may be of those that are wanted, of which the subject refuses none.
 *
 * @param turn which of the wanted classes is kept where they do not go together
 */
export function acceptedClasses(
  stream: Stream,
  op: AnyOp,
  wanted: Classes,
  refusals: readonly Refusal[],
  turn: number,
): Classes {
  if (refusals.length === 0) return wanted;
  const names = Object.keys(wanted);
  const kept = names[turn % names.length];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const all = attempt < ATTEMPTS / 3 || kept === undefined ? wanted : { [kept]: wanted[kept] };
    const classes = Object.fromEntries(
      Object.entries(op.attributes).map(([name, attribute]) => [
        name,
        all[name] ?? stream.pick(attribute.classes),
      ]),
    );
    if (!isRefused(refusals, classes)) return classes;
  }
  return wanted;
}

/** Whether a subject refuses an op of a program, asked in these ways. */
export const refusesIn =
  (hello: Hello, modes: readonly Mode[]) =>
  (op: AnyOp, classes: Classes, rank?: number): boolean =>
    isRefused(refusalsOf(hello, opId(op), modes), classes, rank);
