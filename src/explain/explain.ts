import { createHash } from "node:crypto";
import { GradproofError } from "../core/errors.js";
import { shortest } from "../core/float.js";
import { showShape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import {
  askGradient,
  askHessian,
  askTangent,
  askValue,
  toRecord,
  type Law,
  type LawJudgement,
} from "../laws/law.js";
import { encodeCase, type Case } from "../record/case.js";
import type { EvalQuestion } from "../record/protocol.js";
import type { Finding } from "../record/record.js";
import { showNumber, type Signature } from "../record/verdict.js";
import type { Subject } from "../subjects/subject.js";
import { adjudicate } from "./adjudicate.js";
import { minimise, type Minimised } from "./minimise.js";
import { testimonies } from "./testimony.js";

/** What a failing case is, before it is explained. */
export interface Suspicion {
  readonly property: string;
  readonly law: Law;
  readonly case: Case;
  readonly judgement: LawJudgement;
}

export type Explanation =
  | { readonly stands: true; readonly finding: Finding }
  /** The oracles do not bear it out: no finding, and why. */
  | { readonly stands: false; readonly because: string };

/** Minimises a failing case, hears the oracles on it, and writes down who is wrong and how we know. */
export async function explain(
  suspicion: Suspicion,
  subject: Subject,
  recheck: (c: Case) => Promise<LawJudgement>,
): Promise<Explanation> {
  // What is invalid has no smaller valid case.
  const found =
    suspicion.judgement.verdict === "accepted-invalid"
      ? { case: suspicion.case, judgement: suspicion.judgement, evaluations: 0 }
      : await minimise(suspicion.case, suspicion.judgement, recheck);
  const smallest = await whereThrown(found, subject);
  const words = suspicion.law.againstTruth
    ? await testimonies(smallest.case, smallest.judgement, subject)
    : [];
  const { stands, because } = adjudicate(smallest.judgement, words);
  if (!stands) return { stands, because };
  const signature = signatureOf(smallest.case, smallest.judgement);
  const witness = encodeCase(smallest.case);
  const id = createHash("sha256")
    .update(JSON.stringify([subject.id, suspicion.property, signature, witness]))
    .digest("hex")
    .slice(0, 8);
  return {
    stands,
    finding: {
      type: "finding",
      id,
      subject: subject.id,
      property: suspicion.property,
      properties: [suspicion.property],
      signature,
      verdict: smallest.judgement.verdict,
      title: title(signature, smallest.case, smallest.judgement),
      because,
      cases: 1,
      witness,
      judgement: toRecord(smallest.judgement, showNumber),
      shown: shown(smallest.case, smallest.judgement),
      oracles: words,
      shrinkEvaluations: smallest.evaluations,
      snippet: await snippetOf(subject, questionOf(smallest.case, smallest.judgement)),
      replay: `npx gradproof replay ${id}`,
    },
  };
}

/** An error while differentiating may come from the forward pass alone: then that is where it is. */
async function whereThrown(found: Minimised, subject: Subject): Promise<Minimised> {
  if (found.judgement.verdict !== "error" || found.judgement.where === "value") return found;
  const { status } = await subject.evaluate(askValue(found.case));
  return status === "error" ? { ...found, judgement: { ...found.judgement, where: "value" } } : found;
}

/** The parts by which equal faults are recognised. */
export function signatureOf(c: Case, judgement: LawJudgement): Signature {
  const { nodes } = c.program;
  // Tensors without elements fail for reasons of their own, and must not stand for a fault that everybody meets.
  const empty = c.inputs.some((x) => x.data.length === 0) ? " (empty)" : "";
  return {
    op: nodes.length === 1 ? nodes[0].op : "programs",
    kind: (judgement.kind ?? judgement.verdict) + empty,
    where: judgement.where ?? "",
  };
}

/** What a snippet should ask, so that it shows the fault. */
function questionOf(c: Case, { where }: LawJudgement): EvalQuestion {
  if (where?.startsWith("value")) return askValue(c);
  if (where?.startsWith("hvp")) return askHessian(c);
  return where?.startsWith("tangent") ? askTangent(c) : askGradient(c);
}

/** The subject's own program; or why it prints none (it has no such thing, or is not running any more). */
async function snippetOf(subject: Subject, question: EvalQuestion): Promise<string> {
  try {
    return await subject.snippet(question);
  } catch (error) {
    if (!(error instanceof GradproofError)) throw error;
    return `// ${error.message}`;
  }
}

const SAYS: Readonly<Record<string, string>> = {
  value: "is wrong",
  nan: "is NaN where the exact result is finite",
  infinite: "is infinite where the exact result is finite",
  shape: "has the wrong shape",
  dtype: "has the wrong dtype",
  missing: "is missing",
  tie: "counts a tie more or less than once",
  throws: "throws on a valid case",
  bits: "is not reproduced bit for bit",
  mutates: "is overwritten by the call",
  reduction: "is not reduced over broadcast axes",
  adjoint: "contradicts reverse mode",
  differences: "contradicts the subject's own outputs",
  crash: "kills the process",
  timeout: "does not end",
  accepts: "accepts arguments that do not fit",
  "shares memory": "shares memory with another result",
};

function title(signature: Signature, c: Case, { kind }: LawJudgement): string {
  const ops = [...new Set(c.program.nodes.map((node) => node.op.replace(/@\d+$/, "")))].join(" → ");
  const what = signature.where.startsWith("gradient")
    ? `gradient${ofInput(signature.where, c)}`
    : signature.where.replace(/\[0\]$/, "");
  const empty = c.inputs.some((x) => x.data.length === 0) ? ", for tensors without elements" : "";
  return `${ops}: ${what} ${SAYS[kind ?? ""] ?? `is wrong (${kind})`}${empty}`;
}

/** Names the input where there are several. */
function ofInput(where: string, c: Case): string {
  const index = /\[(\d+)\]/.exec(where)?.[1];
  return index !== undefined && c.inputs.length > 1 ? ` of input ${Number(index) + 1}` : "";
}

function shown(c: Case, judgement: LawJudgement): Finding["shown"] {
  const { expected, got, reason } = judgement;
  return {
    inputs: c.inputs.map((x) => showTensor(x, c)),
    cotangents: c.cotangents.map((x) => showTensor(x, c)),
    expected: expected ? showExpected(expected) : "a result",
    got: got === undefined ? reason : shortest(got, c.dtype),
  };
}

/** The centre and the half width; both ends where a choice makes the accepted interval lopsided. */
function showExpected({ low, high, value }: NonNullable<LawJudgement["expected"]>): string {
  const width = Math.max(high - value, value - low);
  if (width === 0) return String(value);
  const centred = Math.abs(high - value - (value - low)) <= width / 8;
  return centred ? `${value} ± ${width.toPrecision(2)}` : `${value}, accepted from ${low} to ${high}`;
}

function showTensor(x: Tensor, c: Case): string {
  const numbers = Array.from(x.data, (v) => shortest(v, c.dtype));
  const list = numbers.length > 24 ? [...numbers.slice(0, 24), `… ${numbers.length} in all`] : numbers;
  return x.shape.length === 0
    ? `${numbers[0]} (scalar)`
    : `[${list.join(", ")}], shape ${showShape(x.shape)}`;
}
