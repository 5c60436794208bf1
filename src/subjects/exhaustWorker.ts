import { GradproofError } from "../core/errors.js";
import type { ExhaustQuestion } from "../record/exhaustion.js";
import { exhaustReply, type ExhaustReply, type Hello } from "../record/protocol.js";
import type { Adapter } from "./adapter.js";
import { answerExhaust } from "./answer.js";
import { startConversation } from "./handshake.js";
import { hostCommand, KNOWN_SUBJECTS } from "./known.js";
import { describeEnding, lastLines } from "./subjectProcess.js";

/** What became of a range: the host's answer, or why there is none. */
export type ExhaustOutcome =
  | Omit<Extract<ExhaustReply, { status: "ok" }>, "id">
  | { readonly status: "refused"; readonly detail: string };

/** A subject that judges whole ranges of inputs, one range at a time. */
export interface ExhaustWorker {
  readonly hello: Hello;
  /** Never rejects. */
  exhaust(question: ExhaustQuestion): Promise<ExhaustOutcome>;
  close(): void;
}

/** An adapter in this process, for tests. */
export const inProcessExhaustWorker = (adapter: Adapter): ExhaustWorker => ({
  hello: adapter.hello(),
  exhaust: async (question) => outcomeOf(await answerExhaust(adapter, { id: "0", ...question })),
  close: () => undefined,
});

const HELLO_MS = 60_000;
/** The largest range takes a second with TensorFlow.js, and ten with the slowest adapter there is. */
const RANGE_MS = 600_000;

/**
 * A process that hosts an adapter.
 *
 * @throws GradproofError `not-hosted` for a command of somebody else's, whose process has no such request
 */
export async function startExhaustWorker(id: string): Promise<ExhaustWorker> {
  const known = KNOWN_SUBJECTS.some((subject) => subject.id === id);
  if (!known && !id.startsWith("js:")) {
    throw new GradproofError(
      "not-hosted",
      `"${id}" runs in a process that is not gradproof's, and 2^32 numbers do not go through its pipe: ` +
        `allowed are ${KNOWN_SUBJECTS.map((subject) => subject.id).join(", ")} and js:<adapter>`,
    );
  }
  let settle: ((outcome: ExhaustOutcome) => void) | undefined;
  const end = (outcome: ExhaustOutcome): void => {
    settle?.(outcome);
    settle = undefined;
  };
  const { process, hello } = await startConversation(
    hostCommand(known ? id : id.slice(3)),
    {
      message: (message, text) => {
        const reply = exhaustReply.safeParse(message);
        end(reply.success ? outcomeOf(reply.data) : { status: "refused", detail: `malformed reply ${text}` });
      },
      noise: () => undefined,
      log: () => undefined,
      gone: (ending) =>
        end({
          status: "refused",
          detail: `its process ${describeEnding(ending)}\n${lastLines(ending.stderr)}`,
        }),
    },
    HELLO_MS,
  );
  return {
    hello,
    exhaust: (question) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          process.kill();
          end({ status: "refused", detail: `no answer within ${RANGE_MS / 1000} s` });
        }, RANGE_MS);
        settle = (outcome) => {
          clearTimeout(timer);
          resolve(outcome);
        };
        process.send(JSON.stringify({ cmd: "exhaust", id: "1", ...question }));
      }),
    close: () => process.kill(),
  };
}

function outcomeOf(reply: ExhaustReply): ExhaustOutcome {
  if (reply.status === "ok") return reply;
  const detail =
    reply.status === "error"
      ? `${reply.error.type}: ${reply.error.message}`
      : `unsupported ${reply.what}: ${reply.detail ?? ""}`;
  return { status: "refused", detail };
}
