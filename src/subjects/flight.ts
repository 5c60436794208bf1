import { hash } from "../core/random.js";
import { sizeOf } from "../core/shape.js";
import type { ObjectQuestion, Outcome, Question, SnippetReply } from "../record/protocol.js";
import type { EvalQuestion } from "./subject.js";

export type FailureKind = "crash" | "timeout" | "protocol";
export type Answer = Outcome | SnippetReply;

/** A request on its way, or about to be sent. */
export interface Flight {
  /** The message but for its beginning, which holds the id: another one when it is sent again. */
  readonly body: string;
  readonly cmd: Question["cmd"] | "snippet" | "object-snippet";
  readonly cell: RequestCell;
  readonly program: number;
  /** How many times the shortest deadline it is given. */
  readonly patience: number;
  settle(answer: Answer): void;
  /** How the process ended when this was the oldest unanswered request: it is then sent alone, once. */
  suspectedOf?: FailureKind;
}

/** Requests that are expected to take similar times, and to break in the same way. */
export interface RequestCell {
  readonly name: string;
  /** Cells of what such a request does on the way: where these hang, so does it. */
  readonly contains: readonly string[];
}

export function flightOf(
  cmd: Flight["cmd"],
  message: object,
  about: EvalQuestion | ObjectQuestion,
  settle: Flight["settle"],
): Flight {
  const cell = cellOf(about);
  return {
    body: JSON.stringify(message).slice(1),
    cmd,
    settle,
    cell,
    patience: patienceFor(about),
    program: "program" in about ? hash(JSON.stringify(about.program)) : hash(cell.name),
  };
}

/** Steps of a run, and drawn numbers, that may take as long as a question about a small program. */
const STEPS = 100;
const NUMBERS = 100_000;

/** A run of ten thousand steps takes a second on a quiet machine: it must not count as hanging on a busy one. */
function patienceFor(question: EvalQuestion | ObjectQuestion): number {
  if (!("cmd" in question) || question.cmd === "clip") return 1;
  if (question.cmd === "optimize") return Math.max(1, question.steps.length / STEPS);
  return Math.max(1, (question.count * sizeOf(question.shape)) / NUMBERS);
}

/** Nobody differentiates without evaluating, nor twice without once. */
const CONTAINED = { value: [], jvp: ["value"], vjp: ["value"], hvp: ["value", "vjp"] } as const;

function cellOf(question: EvalQuestion | ObjectQuestion): RequestCell {
  if ("cmd" in question) return { name: `${question.cmd}/${sizeClass(question)}`, contains: [] };
  const { program, mode, inputs } = question;
  const ops = [...new Set(program.nodes.map((node) => node.op))].sort().join("+");
  const k = program.inputs.findIndex((input) => input.type === "float");
  const nameOf = (of: string): string => `${ops}/${of}/${inputs[k]?.dtype ?? "f32"}`;
  return { name: nameOf(mode), contains: CONTAINED[mode].map(nameOf) };
}

/** A thousand steps take longer than one: the object, and the order of magnitude of what it is asked. */
function sizeClass(question: ObjectQuestion): string {
  switch (question.cmd) {
    case "initialize":
      return `${question.initializer}/${Math.ceil(Math.log2(question.shape.reduce((a, b) => a * b, question.count)))}`;
    case "clip":
      return question.clipper;
    default:
      return `${question.optimizer}/${Math.ceil(Math.log2(question.steps.length))}`;
  }
}
