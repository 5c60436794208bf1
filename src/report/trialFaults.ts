import type { Report, ReportTrial } from "../record/report.js";
import { showCount } from "./showNumber.js";
import { objectTitle } from "./trialRows.js";
import { clipText } from "./visibleText.js";

/** One fault of objects, and the trials in which it shows. */
export interface TrialFault {
  readonly title: string;
  /** The trial that is told in full. */
  readonly lead: ReportTrial;
  /** The same fault in other objects, or what follows from it in other properties. */
  readonly others: readonly ReportTrial[];
}

type Properties = Report["properties"];

/**
 * Trials that went wrong, by the fault that is behind them, in the order of the catalogue.
 *
 * Two are of one fault when one object breaks a property and one that this presupposes; when objects of one kind break
 * what they have in common, or throw the same error; and when what is documented once, in several configurations,
 * breaks a property in the same way. Whatever is not told to be the same is told apart.
 */
export function trialFaults(trials: readonly ReportTrial[], properties: Properties): TrialFault[] {
  const names = properties.map(({ name }) => name);
  const place = ({ property }: ReportTrial): number => names.indexOf(property);
  const ordered = [...trials].sort((a, b) => place(a) - place(b));
  const groups: [ReportTrial, ...ReportTrial[]][] = [];
  for (const trial of ordered) {
    const own = groups.filter((group) => group.some((other) => sameFault(trial, other, properties)));
    if (own.length === 0) groups.push([trial]);
    else {
      const [first, ...rest] = own;
      // Whoever is akin to several groups makes one of them.
      first.push(...rest.flat(), trial);
      for (const joined of rest) groups.splice(groups.indexOf(joined), 1);
    }
  }
  return groups.map((group) => {
    const lead = group.reduce((a, b) => (foremost(b, a, properties) ? b : a));
    const others = group.filter((trial) => trial !== lead);
    return { title: titleOf(lead, others), lead, others };
  });
}

/**
 * Whether the first of two trials in a group is the one to tell: it says why the other went wrong; a wrong number, which
 * nobody notices, comes before an error; and what takes fewer numbers comes before what takes more.
 */
function foremost(a: ReportTrial, b: ReportTrial, properties: Properties): boolean {
  if (a.property !== b.property) return presupposedBy(b.property, properties).includes(a.property);
  if (throws(a) !== throws(b)) return throws(b);
  return numbersIn(a) < numbersIn(b);
}

const numbersIn = ({ scenario }: ReportTrial): number =>
  scenario.tensors.reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0);

const throws = ({ judgement }: ReportTrial): boolean => judgement.kind === "throws";

function sameFault(a: ReportTrial, b: ReportTrial, properties: Properties): boolean {
  if (a.property === b.property) {
    if (a.target === b.target || isShared(a.property, properties)) return true;
    if (throws(a) || throws(b)) return throws(a) && throws(b) && errorOf(a) === errorOf(b);
    return sameDocumentation(a, b) && a.judgement.kind === b.judgement.kind;
  }
  if (a.target !== b.target) return false;
  const presupposed =
    presupposedBy(a.property, properties).includes(b.property) ||
    presupposedBy(b.property, properties).includes(a.property);
  return presupposed && (throws(a) || throws(b) ? errorOf(a) === errorOf(b) : true);
}

const presupposedBy = (name: string, properties: Properties): readonly string[] =>
  properties.find((property) => property.name === name)?.presupposes ?? [];

const isShared = (name: string, properties: Properties): boolean =>
  properties.find((property) => property.name === name)?.shared === true;

const sameDocumentation = (a: ReportTrial, b: ReportTrial): boolean =>
  a.promise !== null && a.promise.source === b.promise?.source;

/** An error message without the numbers of one scenario. */
const errorOf = ({ judgement }: ReportTrial): string => judgement.reason.replace(/-?\d+(?:[.,]-?\d+)*/g, "0");

/** As in "momentum and 7 others: takes another step when variables are handed over in an order that changes". */
function titleOf(lead: ReportTrial, others: readonly ReportTrial[]): string {
  const more = new Set(others.map(({ target }) => target).filter((target) => target !== lead.target)).size;
  const rest = more === 0 ? "" : more === 1 ? " and another" : ` and ${showCount(more)} others`;
  return clipText(`${objectTitle(lead.target)}${rest}: ${whatItDoes(lead)}`, 200);
}

/** What it does, in words that go on after the object's name. */
function whatItDoes({ property, judgement, does }: ReportTrial): string {
  const short = property.slice(property.indexOf("/") + 1);
  if (judgement.kind === "throws" && does === judgement.reason) return `${short} throws ${does}`;
  return does;
}
