import type { ReportCell, SubjectReport } from "../../record/report.js";
import { opName } from "../opOutcomes.js";
import { showCount, showPlural } from "../showNumber.js";
import { answerableIn } from "../tally.js";
import { clipText } from "../visibleText.js";
import { html, slug, type Markup } from "./escape.js";
import { someOf, tableSection } from "./table.js";

interface Reason {
  readonly texts: Set<string>;
  readonly ops: Set<string>;
  n: number;
  /** Whether some cell shows that it is about what the subject lacks, or that it is not. */
  unsupported: boolean | undefined;
}

/** Why cases were not decided, and what they asked for that the subject does not have. */
export function undecidedSection(subject: SubjectReport): Markup {
  const reasons = new Map<string, Reason>();
  for (const cell of subject.cells) {
    for (const [text, n] of Object.entries(cell.reasons)) {
      const key = text.replace(NUMBERS, "…");
      const reason = reasons.get(key) ?? { texts: new Set(), ops: new Set(), n: 0, unsupported: undefined };
      reasons.set(key, reason);
      reason.texts.add(text);
      reason.ops.add(opName(cell.op));
      reason.n += n;
      reason.unsupported ??= isAboutSupport(cell);
    }
  }
  const rows = [...reasons]
    .sort(([a, x], [b, y]) => rank(x) - rank(y) || y.n - x.n || (a < b ? -1 : 1))
    .map(([key, { texts, ops, n, unsupported }]) => [
      clipText(texts.size === 1 ? [...texts][0] : key, 300),
      html`<span class="unbroken">${kindOf(unsupported)}</span>`,
      showCount(n),
      someOf([...ops]),
    ]);
  const asked = answerableIn(subject.counts);
  const lacking = subject.counts.unsupported ?? 0;
  const apart = lacking > 0 ? `; ${showCount(lacking)} more asked for what the subject does not have` : "";
  return tableSection(
    `undecided-${slug(subject.id)}`,
    "Undecided cases",
    `${showCount(asked - subject.decided)} of ${showPlural(asked, "case")} could not be decided${apart}. None counts as a pass.`,
    [{ head: "reason" }, { head: "verdict" }, { head: "cases", numeric: true }, { head: "ops" }],
    rows,
  );
}

/** Reasons that differ in their numbers alone are one. */
const NUMBERS = /-?\b(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|Infinity)\b/g;

/** A cell's reasons are those of both kinds, and can be told apart where it has but one. */
function isAboutSupport({ counts }: ReportCell): boolean | undefined {
  const unsupported = (counts.unsupported ?? 0) > 0;
  const undecided = (counts.inconclusive ?? 0) + (counts.protocol ?? 0) > 0;
  return unsupported === undecided ? undefined : unsupported;
}

const rank = ({ unsupported }: Reason): number => (unsupported === true ? 1 : 0);

const kindOf = (unsupported: boolean | undefined): string =>
  unsupported === undefined ? "" : unsupported ? "unsupported" : "undecided";
