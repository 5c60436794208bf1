import { GradproofError } from "../core/errors.js";
import {
  helloRefusal,
  helloReply,
  logMessage,
  PROTOCOL_VERSION,
  type Hello,
  type Log,
} from "../record/protocol.js";
import { gradproofVersion } from "../core/gradproofVersion.js";
import { parseJson } from "./readReply.js";
import { describeEnding, lastLines, SubjectProcess, type Ending } from "./subjectProcess.js";

export interface ConversationListener {
  /** A line that starts with `{`, after the hello, and is no log; undefined where it is no JSON. */
  message(message: unknown, text: string): void;
  /** Any other line. */
  noise(text: string): void;
  log(log: Log): void;
  /** The process went by itself. */
  gone(ending: Ending): void;
}

export interface Conversation {
  readonly process: SubjectProcess;
  readonly hello: Hello;
}

/**
 * Starts a process and waits for its hello.
 *
 * @throws GradproofError `subject-start` with the last it wrote to stderr; or with the kind that it refused with
 */
export async function startConversation(
  command: readonly string[],
  listener: ConversationListener,
  helloMs: number,
): Promise<Conversation> {
  const conversation = new Promise<Conversation>((resolve, reject) => {
    let talking = false;
    const fail = async (why: string): Promise<void> => {
      clearTimeout(timer);
      subject.kill();
      const { stderr } = await subject.ended;
      const said = stderr.trim() === "" ? "" : `\n${lastLines(stderr)}`;
      const name = command.join(" ");
      reject(new GradproofError("subject-start", `the subject "${name}" cannot start: ${why}${said}`));
    };
    const subject = new SubjectProcess(command, {
      line(text) {
        if (!text.startsWith("{")) listener.noise(text);
        else if (talking) hear(text, listener);
        else {
          const answer = readHello(text);
          if (answer.kind === "log") listener.log(answer.log);
          else if (answer.kind === "wrong") void fail(answer.why);
          else if (answer.kind === "refusal") {
            clearTimeout(timer);
            subject.kill();
            reject(new GradproofError(answer.code, answer.message));
          } else {
            clearTimeout(timer);
            talking = true;
            resolve({ process: subject, hello: answer.hello });
          }
        }
      },
      gone(ending) {
        if (talking) listener.gone(ending);
        else void fail(describeEnding(ending));
      },
    });
    const timer = setTimeout(() => void fail(`no hello within ${helloMs} ms`), helloMs);
    subject.send(
      JSON.stringify({
        cmd: "hello",
        id: "0",
        protocol: { name: "gradproof-subject", versions: [PROTOCOL_VERSION] },
        client: { name: "gradproof", version: gradproofVersion() },
      }),
    );
  });
  return conversation;
}

function hear(text: string, listener: ConversationListener): void {
  const message = parseJson(text);
  if (typeof message !== "object" || message === null || !("log" in message)) {
    listener.message(message, text);
    return;
  }
  const { data } = logMessage.safeParse(message);
  if (data) listener.log(data.log);
}

type FirstMessage =
  | { readonly kind: "hello"; readonly hello: Hello }
  | { readonly kind: "log"; readonly log: Log }
  | { readonly kind: "refusal"; readonly code: string; readonly message: string }
  | { readonly kind: "wrong"; readonly why: string };

function readHello(text: string): FirstMessage {
  const message = parseJson(text);
  if (message === undefined) return { kind: "wrong", why: `its hello is not JSON: ${text.slice(0, 200)}` };
  const log = logMessage.safeParse(message);
  if (log.success) return { kind: "log", log: log.data.log };
  const refusal = helloRefusal.safeParse(message);
  if (refusal.success) {
    return { kind: "refusal", code: refusal.data.error.kind, message: refusal.data.error.message };
  }
  const reply = helloReply.safeParse(message);
  if (!reply.success) {
    const [issue] = reply.error.issues;
    return { kind: "wrong", why: `its hello is malformed at "${issue.path.join(".")}": ${issue.message}` };
  }
  const { id: _, protocol, ...hello } = reply.data;
  if (protocol !== PROTOCOL_VERSION) {
    return { kind: "wrong", why: `it speaks protocol ${protocol}, not ${PROTOCOL_VERSION}` };
  }
  return { kind: "hello", hello };
}
