import { GradproofError } from "../core/errors.js";
import { evalReply, snippetReply, type EvalReply, type SnippetReply } from "../record/protocol.js";
import { checkBytes } from "./typedTensor.js";

/** A reply that breaks its schema, which concerns this request only: the stream is in order. */
interface Malformed {
  readonly status: "protocol";
  readonly detail: string;
}

/** @param cmd of the request: everything but a snippet is answered with tensors */
export function readReply(cmd: string, message: unknown): EvalReply | SnippetReply | Malformed {
  const reply = (cmd.endsWith("snippet") ? snippetReply : evalReply).safeParse(message);
  if (!reply.success) {
    const [issue] = reply.error.issues;
    const detail = `the reply is malformed at "${issue.path.join(".")}": ${issue.message}`;
    return { status: "protocol", detail };
  }
  try {
    if (!("code" in reply.data)) checkTensors(reply.data);
  } catch (error) {
    if (!(error instanceof GradproofError)) throw error;
    return { status: "protocol", detail: error.message };
  }
  return reply.data;
}

/** @throws GradproofError `protocol` where bytes and shape do not match */
function checkTensors(reply: EvalReply | SnippetReply): void {
  if (reply.status !== "ok" || "code" in reply) return;
  const { value = [], grads = [], after } = reply;
  for (const tensor of [...value, ...grads, ...(after?.inputs ?? []), ...(after?.seeds ?? [])]) {
    if (tensor) checkBytes(tensor);
  }
}

/** The value of a JSON text, or undefined, which no JSON text stands for. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
