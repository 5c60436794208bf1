import { GradproofError } from "../core/errors.js";
import type { Hello, Log, ObjectQuestion, Outcome, Question } from "../record/protocol.js";
import { Breaker } from "./breaker.js";
import { Deadlines, Waiting, type DeadlineOptions } from "./deadlines.js";
import { flightOf, type Answer, type FailureKind, type Flight } from "./flight.js";
import { startConversation } from "./handshake.js";
import { readReply } from "./readReply.js";
import type { EvalQuestion, Subject } from "./subject.js";
import { describeEnding, type Ending, type SubjectProcess } from "./subjectProcess.js";

export interface EpochEnd extends Ending {
  readonly reason: string;
}

export interface ProcessSubjectOptions {
  /** Requests on their way at once; the subject may ask for fewer. Default 32. */
  readonly maxInFlight?: number;
  readonly deadlines?: DeadlineOptions;
  /** Restarts after which no further request is sent. Default 50. */
  readonly restartBudget?: number;
  /** What has broken too often to be sent again. Default: one of its own. */
  readonly breaker?: Breaker;
  /** A process ended before its time. */
  readonly onEpochEnd?: (end: EpochEnd) => void;
  readonly onLog?: (log: Log) => void;
  /** A line on stdout that is no message. */
  readonly onNoise?: (line: string) => void;
}

const START_ATTEMPTS = 3;
const BYE_MS = 2000;

/**
 * A subject in a process of its own, which is killed and started again when it dies, hangs or talks nonsense.
 *
 * Replies are matched by id, and a process that missed a deadline is never listened to again: a late reply
 * cannot be taken for the answer to another request.
 */
export class ProcessSubject implements Subject {
  answered = 0;
  hello!: Hello;
  private readonly queue: Flight[] = [];
  /** Unanswered requests by id, oldest first. */
  private readonly flying = new Map<string, Flight>();
  private process: SubjectProcess | undefined;
  private recovering = false;
  /** Why nothing is sent any more. */
  private over: string | undefined;
  private closed = false;
  private lastId = 0;
  private restarts = 0;
  private readonly breaker: Breaker;
  private readonly deadlines: Deadlines;
  /** Of the oldest unanswered request. */
  private readonly waiting = new Waiting();
  private readonly ticker: NodeJS.Timeout;

  /**
   * @param command the program and its arguments
   * @throws GradproofError `subject-start`, or the kind with which the subject refuses, such as `subject-missing`
   */
  static async start(
    id: string,
    command: readonly string[],
    options: ProcessSubjectOptions = {},
  ): Promise<ProcessSubject> {
    const subject = new ProcessSubject(id, command, options);
    try {
      await subject.launch();
    } catch (error) {
      clearInterval(subject.ticker);
      throw error;
    }
    return subject;
  }

  private constructor(
    readonly id: string,
    private readonly command: readonly string[],
    private readonly options: ProcessSubjectOptions,
  ) {
    this.deadlines = new Deadlines(options.deadlines);
    this.breaker = options.breaker ?? new Breaker();
    this.ticker = setInterval(() => this.tick(), Waiting.TICK_MS).unref();
  }

  evaluate(question: EvalQuestion): Promise<Outcome> {
    return this.answerTo("eval", question, question);
  }

  ask({ cmd, ...rest }: ObjectQuestion): Promise<Outcome> {
    return this.answerTo(cmd, rest, { cmd, ...rest } as ObjectQuestion);
  }

  private answerTo(
    cmd: Question["cmd"],
    body: object,
    about: EvalQuestion | ObjectQuestion,
  ): Promise<Outcome> {
    return new Promise((resolve) => {
      const settle = (answer: Answer): void => {
        this.answered++;
        resolve(answer);
      };
      this.submit(flightOf(cmd, body, about, settle));
    });
  }

  async snippet(question: EvalQuestion | ObjectQuestion): Promise<string> {
    const [cmd, body] =
      "program" in question
        ? (["snippet", question] as const)
        : (["object-snippet", { of: question }] as const);
    const answer = await new Promise<Answer>((resolve) =>
      this.submit(flightOf(cmd, body, question, resolve)),
    );
    if ("code" in answer) return answer.code;
    if (answer.status === "not-run" && !this.closed) return this.snippetOfAnother(question);
    throw new GradproofError("snippet", `${this.id} prints no snippet: ${JSON.stringify(answer)}`);
  }

  /** Where nothing more is evaluated, the case that was the last straw can still be written down. */
  private async snippetOfAnother(question: EvalQuestion | ObjectQuestion): Promise<string> {
    const another = await ProcessSubject.start(this.id, this.command, this.options);
    try {
      return await another.snippet(question);
    } finally {
      await another.close();
    }
  }

  async close(): Promise<void> {
    const { process } = this;
    this.closed = true;
    this.process = undefined;
    this.stop("the subject was closed");
    if (!process) return;
    process.send(`{"cmd":"bye"}`);
    const timer = setTimeout(() => process.kill(), BYE_MS);
    await process.ended;
    clearTimeout(timer);
  }

  private submit(flight: Flight): void {
    this.queue.push(flight);
    this.pump();
  }

  /** Sends what may be sent. A suspect flies alone. */
  private pump(): void {
    if (this.recovering) return;
    while (this.queue.length > 0) {
      const [next] = this.queue;
      // A snippet evaluates nothing: what broke the cell does not break it.
      const refused =
        this.over ?? (next.cmd.endsWith("snippet") ? undefined : this.breaker.refusal(next.cell));
      if (refused !== undefined) {
        this.queue.shift();
        next.settle({ status: "not-run", detail: refused });
        continue;
      }
      if (!this.process) {
        void this.restart();
        return;
      }
      const [oldest] = this.flying.values();
      if (oldest?.suspectedOf || (oldest && next.suspectedOf)) return;
      if (this.flying.size >= this.maxInFlight) return;
      this.queue.shift();
      this.send(next, this.process);
    }
  }

  private send(flight: Flight, process: SubjectProcess): void {
    const id = String(++this.lastId);
    if (this.flying.size === 0) this.waiting.restart();
    this.flying.set(id, flight);
    process.send(`{"cmd":"${flight.cmd}","id":"${id}",${flight.body}`);
  }

  private receive(message: unknown, text: string): void {
    const id = (message as { readonly id?: unknown } | undefined)?.id;
    const flight = typeof id === "string" ? this.flying.get(id) : undefined;
    if (typeof id !== "string" || !flight) {
      const what = message === undefined ? "a line that is not JSON" : `the unknown id ${JSON.stringify(id)}`;
      void this.endEpoch("protocol", `${what}: ${text.slice(0, 200)}`);
      return;
    }
    const [oldest] = this.flying.keys();
    this.flying.delete(id);
    const answer = readReply(flight.cmd, message);
    const us = "us" in answer ? answer.us : undefined;
    this.deadlines.record(flight.cell.name, flight.program, us === undefined ? this.waiting.ms : us / 1000);
    if (id === oldest) this.waiting.restart();
    flight.settle(answer);
    // Refilled by halves: one system call then carries many requests, and the subject never waits.
    if (this.flying.size <= this.maxInFlight / 2) this.pump();
  }

  private get maxInFlight(): number {
    return Math.min(this.options.maxInFlight ?? 32, this.hello.limits?.maxInFlight ?? Infinity);
  }

  private tick(): void {
    this.waiting.tick();
    const [oldest] = this.flying.values();
    if (!oldest) return;
    const limit = this.deadlines.limitMs(oldest.cell.name, oldest.program, oldest.patience);
    if (this.waiting.ms > limit) void this.endEpoch("timeout", `no answer within ${Math.round(limit)} ms`);
  }

  /** Kills the process. The oldest unanswered request is the suspect; the others are sent again after it. */
  private async endEpoch(kind: FailureKind, reason: string): Promise<void> {
    const { process } = this;
    if (!process) return;
    this.process = undefined;
    this.recovering = true;
    const [suspect, ...others] = this.flying.values();
    this.flying.clear();
    process.kill();
    const ending = await process.ended;
    this.options.onEpochEnd?.({ reason, ...ending });
    this.queue.unshift(...others);
    if (suspect) this.judge(suspect, kind, reason);
    this.recovering = false;
    this.pump();
  }

  /** The first time, it is sent again, alone; the second time, its outcome is known. */
  private judge(suspect: Flight, kind: FailureKind, detail: string): void {
    if (suspect.suspectedOf === undefined) {
      suspect.suspectedOf = kind;
      this.queue.unshift(suspect);
      return;
    }
    if (kind === "protocol") {
      suspect.settle({ status: "protocol", detail });
      return;
    }
    const confirmed = suspect.suspectedOf === kind;
    if (confirmed) this.breaker.count(suspect.cell);
    suspect.settle({ status: kind, detail, confirmed });
  }

  private async restart(): Promise<void> {
    this.recovering = true;
    const { restartBudget = 50 } = this.options;
    for (let attempt = 1; !this.process && this.over === undefined; attempt++) {
      if (this.restarts++ >= restartBudget) this.stop(`restart budget spent: ${restartBudget} restarts`);
      else {
        try {
          await this.launch();
        } catch (error) {
          if (!(error instanceof GradproofError)) throw error;
          if (attempt === START_ATTEMPTS) this.stop(error.message);
        }
      }
    }
    this.recovering = false;
    this.pump();
  }

  private async launch(): Promise<void> {
    const { onLog, onNoise } = this.options;
    const { process, hello } = await startConversation(
      this.command,
      {
        message: (message, text) => this.receive(message, text),
        noise: (line) => onNoise?.(line),
        log: (log) => onLog?.(log),
        gone: (ending) => void this.endEpoch("crash", describeEnding(ending)),
      },
      this.deadlines.helloMs,
    );
    this.hello = hello;
    // Closed in the meantime.
    if (this.over !== undefined) process.kill();
    else this.process = process;
  }

  /** Answers everything that waits, and everything to come, with not-run. */
  private stop(why: string): void {
    this.over ??= why;
    clearInterval(this.ticker);
    const waiting = [...this.flying.values(), ...this.queue.splice(0)];
    this.flying.clear();
    for (const flight of waiting) flight.settle({ status: "not-run", detail: this.over });
  }
}
