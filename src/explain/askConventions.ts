import type { FloatType } from "../core/float.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { sum } from "../core/sum.js";
import { filled, type Tensor } from "../core/tensor.js";
import { askGradient } from "../laws/law.js";
import { findOp, OPS } from "../ops/index.js";
import { opId } from "../ops/op.js";
import { evaluateDoubles } from "../program/evaluate.js";
import { check, differentiable, type Program } from "../program/program.js";
import { reverse } from "../program/reverse.js";
import type { Case } from "../record/case.js";
import type { Hello, Outcome } from "../record/protocol.js";
import type { LineOf } from "../record/record.js";
import { decodeTensor } from "../record/tensor.js";
import type { Subject } from "../subjects/subject.js";
import { CONVENTION_PROBES, probeInputs, type ConventionProbe } from "./conventionProbes.js";

type ConventionLine = LineOf<"convention">;

/** Asks a subject for every choice of which it has the ops, and says of each whether mathematics defends it. */
export async function askConventions(
  subject: Subject,
  ops: readonly string[] = OPS.map(({ name }) => name),
): Promise<ConventionLine[]> {
  const asked = CONVENTION_PROBES.filter(({ nodes }) => nodes.every(({ op }) => ops.includes(op)));
  return Promise.all(asked.map((probe) => askOne(subject, probe)));
}

const idOf = (name: string): string => opId(findOp(`${name}@1`));

async function askOne(subject: Subject, probe: ConventionProbe): Promise<ConventionLine> {
  const about: Omit<ConventionLine, "got" | "choice"> = {
    type: "convention",
    subject: subject.id,
    probe: probe.id,
    question: probe.question,
    ops: [...new Set(probe.nodes.map(({ op }) => idOf(op)))],
    mathematics: probe.mathematics,
    reference: show(referenceOf(probe)),
  };
  const lacking = lackOf(subject.hello, probe);
  if (lacking !== undefined) return { ...about, got: lacking, choice: "unsupported" };
  const c = caseOfProbe(probe, dtypeOf(subject.hello, probe));
  const read = gradientOf(probe, c, await subject.evaluate(askGradient(c)));
  if ("refused" in read) return { ...about, got: read.refused, choice: read.choice };
  const { gradient } = read;
  const choice = !isDefended(probe, gradient)
    ? "outside"
    : show(gradient) === about.reference
      ? "as the reference"
      : "another";
  return { ...about, got: show(gradient), choice };
}

/** Why a probe cannot be asked; undefined when it can. */
function lackOf({ capabilities }: Hello, { nodes }: ConventionProbe): string | undefined {
  const missing = nodes.find(({ op }) => !capabilities.ops[idOf(op)]?.modes.includes("vjp"));
  if (missing) return `no ${missing.op}`;
  return nodes.length > 1 && !capabilities.graphs ? "no programs of several ops" : undefined;
}

const dtypeOf = ({ capabilities }: Hello, { nodes: [first] }: ConventionProbe): FloatType =>
  capabilities.ops[idOf(first.op)].dtypes.includes("f64") ? "f64" : "f32";

const programOf = (probe: ConventionProbe): Program => {
  const last = probe.inputs.length + probe.nodes.length - 1;
  return {
    inputs: probeInputs(probe),
    nodes: probe.nodes.map(({ op, inputs, attributes = {} }) => ({ op: idOf(op), inputs, attributes })),
    outputs: [last],
  };
};

export function caseOfProbe(probe: ConventionProbe, dtype: FloatType): Case {
  const program = programOf(probe);
  const { shapes } = check(program);
  return {
    program,
    dtype,
    inputs: probe.inputs,
    cotangents: program.outputs.map((value) => filled(shapes[value], 1)),
    tangents: differentiable(program).map((k) => filled(probe.inputs[k].shape, 1)),
    tags: [],
  };
}

function referenceOf(probe: ConventionProbe): Tensor | null {
  const c = caseOfProbe(probe, "f64");
  const program = check(c.program);
  const values = evaluateDoubles(DOUBLES, program, c.inputs);
  const gradient = reverse(DOUBLES, program, values, c.cotangents)[probe.of];
  return gradient && { shape: gradient.shape, data: Float64Array.from(gradient.data) };
}

type Read =
  | { readonly gradient: Tensor | null }
  | { readonly refused: string; readonly choice: "unsupported" | "no answer" };

function gradientOf(probe: ConventionProbe, c: Case, outcome: Outcome): Read {
  if (outcome.status === "unsupported")
    return { refused: outcome.detail ?? outcome.what, choice: "unsupported" };
  if (outcome.status === "error") return { refused: outcome.error.message, choice: "no answer" };
  if (outcome.status !== "ok") return { refused: outcome.status, choice: "no answer" };
  const wire = outcome.grads?.[differentiable(c.program).indexOf(probe.of)];
  if (wire === undefined) return { refused: "no gradients came back", choice: "no answer" };
  return { gradient: wire && decodeTensor(wire) };
}

/** Within what mathematics leaves open; a hundredth of a thousandth is left to rounding. */
export function isDefended(probe: ConventionProbe, gradient: Tensor | null): boolean {
  if (!gradient) return probe.mayBeNone === true;
  const { low, high, total } = probe;
  const slack = 1e-5;
  if (gradient.data.length !== probe.inputs[probe.of].data.length) return false;
  if (!gradient.data.every((g) => g === low || (g >= low - slack && g <= high + slack))) return false;
  return total === undefined || Math.abs(sum(gradient.data) - total) <= slack;
}

/** One number, or a list; NaN and ±∞ as such. */
function show(gradient: Tensor | null): string {
  if (!gradient) return "none";
  const numbers = Array.from(gradient.data, (g) =>
    Number.isFinite(g) ? String(Number(g.toPrecision(6))) : String(g).replace("Infinity", "∞"),
  );
  return numbers.length === 1 ? numbers[0] : numbers.join(", ");
}
