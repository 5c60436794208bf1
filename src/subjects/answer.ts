import { GradproofError } from "../core/errors.js";
import type { ExhaustQuestion } from "../record/exhaustion.js";
import {
  INCONSISTENT_TENSOR,
  type EvalReply,
  type EvalRequest,
  type ExhaustReply,
  type ObjectQuestion,
  type SnippetReply,
} from "../record/protocol.js";
import type { Adapter, AdapterRequest, AdapterResult } from "./adapter.js";
import { exhaustRange } from "./exhaustRange.js";
import type { SynchronousAdapter } from "./intercept.js";
import { decodeTyped, encodeTyped, overlap, type TypedTensor } from "./typedTensor.js";

type Question = Omit<EvalRequest, "cmd">;

/** What an adapter says to a request, as the message that carries it. Used inside and outside a child process. */
export async function answer(adapter: Adapter, question: Question): Promise<EvalReply> {
  const request = readQuestion(question);
  if ("status" in request) return request;
  const start = performance.now();
  try {
    return replyWith(question, await adapter.evaluate(request), start);
  } catch (error) {
    return { id: question.id, ...refusal(error) };
  }
}

/** The same for an adapter that answers at once. */
export function answerAtOnce(adapter: SynchronousAdapter, question: Question): EvalReply {
  const request = readQuestion(question);
  if ("status" in request) return request;
  const start = performance.now();
  try {
    return replyWith(question, adapter.evaluate(request), start);
  } catch (error) {
    return { id: question.id, ...refusal(error) };
  }
}

function readQuestion(question: Question): AdapterRequest | EvalReply {
  try {
    return decodeRequest(question);
  } catch (error) {
    if (!(error instanceof GradproofError)) throw error;
    return { id: question.id, status: "protocol", detail: `in the question: ${error.message}` };
  }
}

function replyWith(question: Question, result: AdapterResult, start: number): EvalReply {
  const { id } = question;
  const us = Math.round((performance.now() - start) * 1000);
  try {
    return { id, status: "ok", ...encodeResult(result, question), us };
  } catch (error) {
    if (!(error instanceof GradproofError)) throw error;
    const { code, message } = error;
    if (code === INCONSISTENT_TENSOR) return { id, status: "error", error: { type: code, message } };
    return { id, status: "protocol", detail: message };
  }
}

export function answerSnippet(
  adapter: Adapter,
  id: string,
  question: Omit<Question, "id"> | ObjectQuestion,
): SnippetReply {
  try {
    const code =
      "program" in question
        ? adapter.snippet(decodeRequest({ id, ...question }))
        : adapter.objectSnippet?.(question);
    return code === undefined ? { id, status: "unsupported", what: "snippet" } : { id, status: "ok", code };
  } catch (error) {
    return { id, ...refusal(error) };
  }
}

export async function answerExhaust(
  adapter: Adapter,
  question: ExhaustQuestion & { readonly id: string },
): Promise<ExhaustReply> {
  const { id } = question;
  const before = process.cpuUsage();
  try {
    const statistics = await exhaustRange(adapter, question);
    const { user, system } = process.cpuUsage(before);
    return { id, status: "ok", statistics, cpuMs: Math.round((user + system) / 1000) };
  } catch (error) {
    return { id, ...refusal(error) };
  }
}

const decodeRequest = ({
  program,
  mode,
  inputs,
  wrt,
  seeds,
  nesting,
  layer,
  want,
}: Question): AdapterRequest => ({
  program,
  mode,
  inputs: inputs.map(decodeTyped),
  wrt,
  seeds: seeds.map(decodeTyped),
  nesting,
  ...(layer && { layer }),
  want,
});

/** @throws GradproofError `protocol` for what is not a tensor. What is missing is left out, for a law to notice. */
function encodeResult(result: AdapterResult | undefined, { mode, want }: Question) {
  const { value, grads, after } = result ?? {};
  return {
    ...(value && want.includes("value") && { value: value.map(encodeTyped) }),
    ...(grads && want.includes("grads") && { grads: grads.map((g) => g && encodeTyped(g)) }),
    ...(after &&
      want.includes("after") && {
        after: { inputs: after.inputs.map(encodeTyped), seeds: after.seeds.map(encodeTyped) },
      }),
    ...(want.includes("shared") && {
      shared: sharedMemory(result ?? {}, mode === "jvp" ? "tangent" : "gradient"),
    }),
  };
}

/** Which gradients share memory, with each other or with anything else that the subject holds. */
function sharedMemory({ value, grads, after }: AdapterResult, kind: string): [string, string][] {
  const gradients = numbered(kind, grads);
  const others = [
    ...numbered("value", value),
    ...numbered("input", after?.inputs),
    ...numbered("seed", after?.seeds),
  ];
  return gradients.flatMap(([name, g], k) =>
    [...gradients.slice(k + 1), ...others].flatMap(([other, x]): [string, string][] =>
      g && x && overlap(g.data, x.data) ? [[name, other]] : [],
    ),
  );
}

type Named = [string, TypedTensor | null];

const numbered = (name: string, tensors: readonly (TypedTensor | null)[] = []): Named[] =>
  tensors.map((tensor, k) => [`${name}[${k}]`, tensor]);

/** An adapter in plain JavaScript has no class to throw; the name and `what` are enough. */
export function refusal(error: unknown) {
  if (error instanceof Error && error.name === "UnsupportedError" && "what" in error) {
    const detail = "detail" in error ? String(error.detail) : error.message;
    return { status: "unsupported" as const, what: String(error.what), detail };
  }
  if (error instanceof GradproofError && error.code === "unknown-op") {
    return { status: "unsupported" as const, what: "op", detail: error.message };
  }
  if (!(error instanceof Error)) {
    return { status: "error" as const, error: { type: typeof error, message: String(error) } };
  }
  // Our own errors have a code, which says more than their class.
  const type = error instanceof GradproofError ? error.code : error.name;
  return { status: "error" as const, error: { type, message: error.message, trace: shortTrace(error) } };
}

/** The first frames, with paths from `node_modules` on or without folders: a report must not show a machine's. */
function shortTrace(error: Error): string {
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return frames
    .slice(0, 6)
    .map((frame) =>
      frame.trim().replace(/(?:file:\/\/)?(?:\/|[A-Za-z]:\\)(?:[^\s():/\\]+[/\\])+/g, (path) => {
        const start = path.lastIndexOf("node_modules");
        return start < 0 ? "" : path.slice(start);
      }),
    )
    .join("\n");
}
