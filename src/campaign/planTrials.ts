import type { FloatType } from "../core/float.js";
import type { Hello } from "../record/protocol.js";
import type { Cell, LineOf } from "../record/record.js";
import { matches } from "./plan.js";
import { kindName, targetsOf, type Target, type TrialProperty } from "./trialProperty.js";

/** One property, to be tried on one of the subject's objects. */
export interface PlannedTrial {
  readonly id: string;
  /** The name of the streams that its scenarios are drawn from: the same for every subject. */
  readonly stream: string;
  readonly subject: string;
  readonly property: TrialProperty;
  readonly target: Target;
  readonly dtype: FloatType;
}

export interface TrialPlan {
  readonly trials: readonly PlannedTrial[];
  readonly cells: readonly Cell[];
  readonly skipped: readonly LineOf<"skipped">[];
}

interface Chosen {
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
}

/** Everything that is to be tried on one subject; kinds of objects that it lacks are listed, not left out. */
export function planTrials(
  subject: string,
  hello: Hello,
  properties: readonly TrialProperty[],
  { only = [], skip = [] }: Chosen = {},
): TrialPlan {
  const trials: PlannedTrial[] = [];
  const cells: Cell[] = [];
  const skipped: LineOf<"skipped">[] = [];
  const dtypes = dtypesOf(hello);
  for (const property of properties) {
    const cell = (op: string): Cell => ({ subject, property: property.name, op, attribute: "" });
    const named = (patterns: readonly string[], op: string): boolean =>
      patterns.some((pattern) => matches(pattern, property.name, op));
    const wanted = (op: string): boolean => only.length === 0 || named(only, op);
    const all = targetsOf(hello, property.of);
    if (all.length === 0 && wanted(kindName(property.of))) {
      const reason = `it offers no ${property.of}`;
      skipped.push({ type: "skipped", cell: cell(kindName(property.of)), verdict: "unsupported", reason });
    }
    for (const target of all.filter(({ name, promise }) => wanted(name) && property.about(promise))) {
      cells.push(cell(target.name));
      if (named(skip, target.name)) {
        const reason = "left out by --skip";
        skipped.push({ type: "skipped", cell: cell(target.name), verdict: "not-run", reason });
        continue;
      }
      for (const dtype of dtypes) {
        const stream = `${property.name}/${target.name}/${dtype}`;
        trials.push({ id: `${subject}/${stream}`, stream, subject, property, target, dtype });
      }
    }
  }
  return { trials, cells, skipped };
}

const dtypesOf = ({ capabilities }: Hello): FloatType[] => [
  ...new Set(Object.values(capabilities.ops).flatMap(({ dtypes }) => dtypes)),
];

/** How many trials share the run's false-alarm budget. */
export const statisticalTrials = (trials: readonly PlannedTrial[]): number =>
  trials.filter(({ property }) => property.evidence === "statistical").length;
