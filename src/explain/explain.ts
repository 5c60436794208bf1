import { createHash } from "node:crypto";
import { GradproofError } from "../core/errors.js";
import { shortest } from "../core/float.js";
import { showShape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { gradientAgreement, valueAgreement } from "../laws/agreement.js";
import { determinism } from "../laws/behaviour.js";
import {
  askGradient,
  askHessian,
  askTangent,
  askValue,
  toRecord,
  type Law,
  type LawJudgement,
} from "../laws/law.js";
import { findOp } from "../ops/index.js";
import { differentiable } from "../program/program.js";
import { encodeCase, lacksElements, type Case } from "../record/case.js";
import { FAULTS, type Cause, type Factor, type Fault } from "../record/fault.js";
import type { EvalQuestion, ObjectQuestion } from "../record/protocol.js";
import type { Finding } from "../record/record.js";
import { showNumber, VERDICTS, type Signature } from "../record/verdict.js";
import type { Subject } from "../subjects/subject.js";
import { adjudicate } from "./adjudicate.js";
import { causeOf } from "./causes.js";
import { classify } from "./classify.js";
import { compare } from "./compare.js";
import { minimise, sameFault, type Minimised } from "./minimise.js";
import { testimonies } from "./testimony.js";
import { varyFactors } from "./varyFactors.js";

/** What a failing case is, before it is explained. */
export interface Suspicion {
  readonly property: string;
  /** The property that promises a more basic law, where the fault turns out to be one of that. */
  readonly propertyOf?: (law: Law) => string | undefined;
  readonly law: Law;
  readonly case: Case;
  readonly judgement: LawJudgement;
}

export type Explanation =
  | { readonly stands: true; readonly finding: Finding }
  /** The oracles do not bear it out: no finding, and why. */
  | { readonly stands: false; readonly because: string };

/** Judges a case on the subject by a law. */
export type Judge = (law: Law, c: Case) => Promise<LawJudgement>;

/** Minimises a failing case, hears the oracles on it, and writes down who is wrong and how we know. */
export async function explain(suspicion: Suspicion, subject: Subject, judge: Judge): Promise<Explanation> {
  const { law, smallest } = await rootOf(await smallestOf(suspicion, judge), suspicion.case, judge);
  const words = law.againstTruth ? await testimonies(smallest.case, smallest.judgement, subject) : [];
  const { stands, because } = adjudicate(smallest.judgement, words);
  if (!stands) return { stands, because };
  const signature = signatureOf(smallest.case, smallest.judgement);
  const witness = encodeCase(smallest.case);
  const id = createHash("sha256")
    .update(JSON.stringify([subject.id, suspicion.property, signature, witness]))
    .digest("hex")
    .slice(0, 8);
  const fault = await faultOf(suspicion, law, smallest, subject);
  const cause = law.againstTruth && (await causeOf(smallest.case, smallest.judgement, subject));
  return {
    stands,
    finding: {
      type: "finding",
      id,
      subject: subject.id,
      property: (law === suspicion.law ? undefined : suspicion.propertyOf?.(law)) ?? suspicion.property,
      properties: [suspicion.property],
      signature,
      verdict: smallest.judgement.verdict,
      fault,
      ...(cause && { cause }),
      factors: await factorsOf(law, smallest, judge),
      title: title(signature, smallest.case, fault),
      because,
      cases: 1,
      witness,
      judgement: toRecord(smallest.judgement, showNumber),
      shown: shown(smallest.case, smallest.judgement),
      oracles: words,
      shrinkEvaluations: smallest.evaluations,
      snippet: await snippetOf(
        subject,
        law.shows?.(smallest.case, smallest.judgement) ?? questionOf(smallest.case, smallest.judgement),
      ),
      replay: `npx gradproof replay ${id}`,
    },
  };
}

/**
 * The kind of a known fault's cause, where the numbers of a case that was never made smaller bear it out as well; and
 * what the fault would be called there.
 */
export async function recognise(
  suspicion: Suspicion,
  subject: Subject,
): Promise<{ readonly cause: Cause; readonly title: string } | undefined> {
  const { law, case: c, judgement } = suspicion;
  const cause = law.againstTruth ? await causeOf(c, judgement, subject) : undefined;
  if (!cause) return undefined;
  const fault = await faultOf(suspicion, law, { case: c, judgement, evaluations: 0 }, subject);
  return { cause, title: title(signatureOf(c, judgement), c, fault) };
}

interface Traced {
  readonly law: Law;
  readonly smallest: Minimised;
}

async function smallestOf({ law, case: c, judgement }: Suspicion, judge: Judge): Promise<Traced> {
  // What is invalid has no smaller valid case.
  if (judgement.verdict === "accepted-invalid") {
    return { law, smallest: { case: c, judgement, evaluations: 0 } };
  }
  return { law, smallest: await minimise(c, judgement, (candidate) => judge(law, candidate)) };
}

/**
 * The fault that is behind another: where the value is wrong, the gradient was judged for nothing; where the
 * gradient is, so was every law about gradients. The basic law is told then, on a smallest case of its own.
 */
async function rootOf(traced: Traced, drawn: Case, judge: Judge): Promise<Traced> {
  const { law, smallest } = traced;
  const differentiates = law.modes.includes("vjp") || law.modes.includes("hvp");
  if (isItsOwn(law, smallest.judgement)) return traced;
  for (const basic of differentiates ? [valueAgreement, gradientAgreement] : [valueAgreement]) {
    if (basic === law) break;
    // The smallest case of another law may be right by accident: for a cotangent of 1, say.
    for (const c of [smallest.case, drawn]) {
      const judgement = await judge(basic, c);
      // A value of another dtype is a fault of its own: it makes no gradient wrong.
      if (!VERDICTS[judgement.verdict].wrong || judgement.kind === "dtype") continue;
      // The same fault in the words of a law that holds numbers to the same truth: its smallest case is this one.
      if (c === smallest.case && law.againstTruth && sameFault(judgement, smallest.judgement)) {
        return { law: basic, smallest };
      }
      const found = await minimise(c, judgement, (candidate) => judge(basic, candidate));
      const evaluations = smallest.evaluations + found.evaluations;
      return rootOf({ law: basic, smallest: { ...found, evaluations } }, drawn, judge);
    }
  }
  return traced;
}

const OF_ITS_OWN: ReadonlySet<string> = new Set([
  "mutates",
  "shares memory",
  "subset",
  "with gradient",
  "unbiased",
  "at NaN",
  "at −∞",
  "at ∞",
]);

/** Faults that say nothing of whether the gradient itself is right, or more than that the value is wrong. */
const isItsOwn = (law: Law, { verdict, kind }: LawJudgement): boolean =>
  verdict === "accepted-invalid" || OF_ITS_OWN.has(kind ?? "") || (kind === "bits" && law === determinism);

/** The class that the smallest case and the one that was drawn bear out together. */
async function faultOf(
  suspicion: Suspicion,
  law: Law,
  smallest: Minimised,
  subject: Subject,
): Promise<Fault> {
  const { case: c, judgement } = smallest;
  // Other laws hold answers against each other: that they are not the truth's at this case says nothing.
  if (!law.againstTruth) return classify(judgement, law.name, []);
  const first = await compare(c, judgement, subject);
  // Which input it shows in may have changed while the case shrank; only the same result can be held beside it.
  const drawn =
    suspicion.law === law && suspicion.judgement.where === judgement.where
      ? await compare(suspicion.case, suspicion.judgement, subject)
      : undefined;
  return classify(
    judgement,
    law.name,
    [first, drawn].filter((comparison) => comparison !== undefined),
  );
}

function factorsOf(law: Law, { case: c, judgement }: Minimised, judge: Judge): Promise<Factor[]> {
  // A process that dies or hangs is not asked dozens of times more, and what is invalid has no neighbours.
  if (judgement.verdict !== "fail" && judgement.verdict !== "error") return Promise.resolve([]);
  return varyFactors(c, judgement, (candidate) => judge(law, candidate));
}

/** The parts by which equal faults are recognised. */
export function signatureOf(c: Case, judgement: LawJudgement): Signature {
  const { nodes } = c.program;
  return {
    op: nodes.length === 1 ? nodes[0].op : "programs",
    kind: (judgement.kind ?? judgement.verdict) + (lacksElements(encodeCase(c)) ? " (empty)" : ""),
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
export async function snippetOf(subject: Subject, question: EvalQuestion | ObjectQuestion): Promise<string> {
  try {
    return await subject.snippet(question);
  } catch (error) {
    if (!(error instanceof GradproofError)) throw error;
    return `// ${error.message}`;
  }
}

function title(signature: Signature, c: Case, { class: name, detail }: Fault): string {
  const ops = [...new Set(c.program.nodes.map((node) => node.op.replace(/@\d+$/, "")))].join(" → ");
  const what = /^(gradient|hvp)/.test(signature.where)
    ? `${signature.where.startsWith("hvp") ? "Hessian product" : "gradient"}${ofInput(signature.where, c)}`
    : signature.where.replace(/\[0\]$/, "");
  const empty = lacksElements(encodeCase(c)) ? ", for tensors without elements" : "";
  const says = name === "factor" ? `is ${detail}` : FAULTS[name];
  return `${ops}: ${what} ${says}${empty}`;
}

/** Names the input where there are several: by the name that the op's record gives it, or by its place. */
function ofInput(where: string, { program }: Case): string {
  const index = /\[(\d+)\]/.exec(where)?.[1];
  if (index === undefined || program.inputs.length === 1) return "";
  const k = differentiable(program)[Number(index)];
  const [node, ...others] = program.nodes;
  const place = ` of input ${k + 1}`;
  if (others.length > 0) return place;
  const op = findOp(node.op);
  const names = op.inputs(node.inputs.length, node.attributes).map(({ name }) => name);
  const own = names[node.inputs.indexOf(k)];
  return own.length > 1 ? ` of ${own} (input ${k + 1})` : place;
}

function shown(c: Case, judgement: LawJudgement): Finding["shown"] {
  const { expected, got, reason } = judgement;
  return {
    inputs: c.inputs.map((x) => showTensor(x, c)),
    cotangents: c.cotangents.map((x) => showTensor(x, c)),
    ...(/^(hvp|tangent)/.test(judgement.where ?? "") && {
      tangents: c.tangents.map((x) => showTensor(x, c)),
    }),
    expected: expected ? showExpected(expected) : "a result",
    got: got === undefined ? reason : shortest(got, c.dtype),
  };
}

/** The centre and the half width; both ends where a choice makes the accepted interval lopsided. */
function showExpected({ low, high, value }: NonNullable<LawJudgement["expected"]>): string {
  // NaN and the infinities have no width either.
  if (Object.is(low, high)) return String(value);
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
