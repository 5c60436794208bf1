import type { ReportFinding } from "../record/report.js";
import { opName } from "./opOutcomes.js";

/** One fault, and the findings in which it shows. */
export interface FaultGroup {
  readonly title: string;
  /** The finding that is told in full. */
  readonly lead: ReportFinding;
  /** The same fault in other ops, or what follows from it in ops that are made of this one. */
  readonly others: readonly ReportFinding[];
}

/** Findings by the fault that is behind them, in the order of the first of each. */
export function faultGroups(findings: readonly ReportFinding[]): FaultGroup[] {
  const groups = new Map<ReportFinding, ReportFinding[]>();
  for (const finding of findings) {
    const lead = leadOf(finding, findings);
    groups.set(lead, [...(groups.get(lead) ?? []), ...(lead === finding ? [] : [finding])]);
  }
  return [...groups].map(([lead, others]) => ({ title: titleOf(lead, others), lead, others }));
}

/** Where a cause lies in another op or result, the finding of that; otherwise the finding itself. */
function leadOf(finding: ReportFinding, all: readonly ReportFinding[]): ReportFinding {
  const { cause } = finding;
  if (!cause) return finding;
  const found = all.find((other) => {
    if (cause.kind === "held gradient") return isHeldItself(other);
    if (other.cause || !cause.ops.includes(opName(other.op))) return false;
    const { where } = other.signature;
    return where.startsWith(cause.kind === "wrong gradient" ? "gradient" : "value");
  });
  return found ?? finding;
}

/** The op's own gradient is held, and not only that of an op that it is made of. */
const isHeldItself = ({ cause, op }: ReportFinding): boolean =>
  cause?.kind === "held gradient" && cause.ops.includes(opName(op));

function titleOf(lead: ReportFinding, others: readonly ReportFinding[]): string {
  if (others.length === 0 || lead.cause?.kind !== "held gradient") return lead.title;
  const ops = [lead, ...others].map(({ op }) => opName(op));
  return `Hessian products of ${ops.length} ops (${ops.join(", ")}): a gradient that is differentiated again counts as constant`;
}
