import { GradproofError } from "../core/errors.js";
import type { Hello, ObjectQuestion, Outcome } from "../record/protocol.js";
import type { Adapter } from "./adapter.js";
import { answer, answerSnippet } from "./answer.js";
import { answerObject } from "./answerObject.js";
import type { EvalQuestion, Subject } from "./subject.js";

/**
 * An adapter in this process, with the encoding, errors and answers that it would have in a process of its own.
 * For mutants, tests and debugging: nothing can interrupt a hang, or survive a crash.
 */
export function inProcessSubject(id: string, adapter: Adapter): Subject {
  return new InProcessSubject(id, adapter);
}

class InProcessSubject implements Subject {
  answered = 0;
  readonly hello: Hello;
  private closed = false;

  constructor(
    readonly id: string,
    private readonly adapter: Adapter,
  ) {
    this.hello = adapter.hello();
  }

  async evaluate(question: EvalQuestion): Promise<Outcome> {
    const outcome: Outcome = this.closed
      ? { status: "not-run", detail: "the subject was closed" }
      : await answer(this.adapter, { id: String(this.answered), ...question });
    this.answered++;
    return outcome;
  }

  async ask(question: ObjectQuestion): Promise<Outcome> {
    const outcome: Outcome = this.closed
      ? { status: "not-run", detail: "the subject was closed" }
      : await answerObject(this.adapter, { id: String(this.answered), ...question });
    this.answered++;
    return outcome;
  }

  snippet(question: EvalQuestion | ObjectQuestion): Promise<string> {
    const reply = answerSnippet(this.adapter, "snippet", question);
    if (reply.status === "ok") return Promise.resolve(reply.code);
    return Promise.reject(
      new GradproofError("snippet", `${this.id} prints no snippet: ${JSON.stringify(reply)}`),
    );
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}
