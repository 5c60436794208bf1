import { lacksElements, type Case } from "../record/case.js";
import { matters, type Factor, type FaultClass } from "../record/fault.js";
import type { Finding } from "../record/record.js";

/** Classes that say how a wrong number looks in one case, and not how it came about. */
const NUMBERS: ReadonlySet<string> = new Set([
  "wrong value",
  "zero",
  "overflow",
  "NaN",
] satisfies FaultClass[]);

/** What findings of one fault have in common before attributes are looked at: subject, op, class and result. */
export function clusterKey(finding: Finding): string {
  const { subject, signature, fault, cause, judgement } = finding;
  // A wrong second derivative shows in the products of all inputs that it mixes.
  const where = signature.where.replace(/^(value|hvp).*$/, "$1");
  // Of one cause, whatever it makes of the number: a part of it is missing, or all.
  const name = cause?.kind ?? fault?.class ?? signature.kind;
  // Where attributes decide, a wrong shape and an error are how one mistake in the geometry shows.
  const decided = decidingAttributes(finding).length > 0;
  const geometry = decided && (name === "throws" || name === "wrong shape");
  // And a wrong element, one that is missing, and one that was taken from elsewhere and happens to be huge.
  const number = decided && NUMBERS.has(name);
  const kind = geometry
    ? ["geometry"]
    : number
      ? ["number"]
      : name === "throws"
        ? [name, normalised(judgement.reason)]
        : [name];
  return [subject, signature.op, where, ...kind].join("\0");
}

/**
 * Whether two findings with the same key may be of one fault. They are of two where each excludes the other in every
 * attribute that decides both: classes that passed did so in a few cases, so that one contradiction shows little.
 */
export function compatible(a: Finding, b: Finding): boolean {
  // Without elements, no attribute decides: what passed with other classes had elements.
  if (lacksElements(a.witness) && lacksElements(b.witness)) return true;
  const others = new Map(decidingAttributes(b).map((factor) => [factor.name, factor]));
  const shared = decidingAttributes(a).flatMap((factor) => {
    const other = others.get(factor.name);
    return other ? [{ factor, other }] : [];
  });
  const excludes = (one: Factor, other: Factor): boolean => one.passes.includes(other.fails[0]);
  // What looks different is one fault only where it shows with the same attributes.
  const alike =
    a.cause !== undefined || a.fault?.class === b.fault?.class || !NUMBERS.has(a.fault?.class ?? "");
  const together = shared.some(({ factor, other }) =>
    factor.fails.some((name) => other.fails.includes(name)),
  );
  if (!alike && !together) return false;
  return (
    shared.length === 0 ||
    !shared.every(({ factor, other }) => excludes(factor, other) && excludes(other, factor))
  );
}

/** Whether a case can be an example of a finding: it has no attribute with which the fault did not show. */
export const mayShow = (finding: Finding, { tags }: Pick<Case, "tags">): boolean =>
  decidingAttributes(finding).every(
    ({ name, passes }) => !passes.some((label) => tags.includes(`${name}=${label}`)),
  );

const decidingAttributes = ({ factors = [] }: Finding): Factor[] =>
  factors.filter((factor) => factor.name !== "values" && factor.name !== "shapes" && matters(factor));

/** An error message without the numbers and names of one case. */
const normalised = (message: string): string =>
  message.replace(/'[^']*'|"[^"]*"/g, "''").replace(/-?\d+(?:[.,]-?\d+)*/g, "0");
