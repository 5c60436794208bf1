import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { LineSplitter } from "./lineSplitter.js";

/** How a process ended, and the last it said. */
export interface Ending {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The last 64 KiB. */
  readonly stderr: string;
}

export interface ProcessListener {
  line(text: string): void;
  /** The process went by itself: it was not killed by `kill`. */
  gone(ending: Ending): void;
}

const STDERR_KEPT = 64 * 1024;
/** Longest line that a reply may have. */
const MAX_LINE = 64 * 1024 * 1024;

/** Time to read what a process wrote last. */
const PIPE_GRACE_MS = 500;

const live = new Set<SubjectProcess>();
let cleaning = false;

/** A process group of its own, so that whatever the subject starts goes with it. */
export class SubjectProcess {
  /** Settles when the process has ended and its output was read. */
  readonly ended: Promise<Ending>;
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private stderr = "";
  private muted = false;

  constructor(
    command: readonly string[],
    private readonly listener: ProcessListener,
  ) {
    this.child = spawn(command[0], command.slice(1), { detached: true, stdio: ["pipe", "pipe", "pipe"] });
    this.ended = new Promise((resolve) => {
      const end = (exitCode: number | null, signal: string | null): void => {
        live.delete(this);
        const ending = { exitCode, signal, stderr: this.stderr };
        resolve(ending);
        if (!this.muted) this.listener.gone(ending);
      };
      this.child.once("close", end);
      // A grandchild that left the group may keep the pipes open for ever.
      this.child.once("exit", () => setTimeout(() => this.destroyPipes(), PIPE_GRACE_MS).unref());
      // Emitted instead of `close` when the command does not exist.
      this.child.once("error", (error) => {
        this.keep(`${error.message}\n`);
        if (this.child.pid === undefined) end(null, null);
      });
    });
    this.listen();
    live.add(this);
    if (!cleaning) {
      cleaning = true;
      process.once("exit", () => {
        for (const other of live) other.kill();
      });
    }
  }

  private listen(): void {
    const { stdin, stdout, stderr } = this.child;
    const splitter = new LineSplitter((line) => {
      if (!this.muted && line !== "") this.listener.line(line);
    });
    stdout.setEncoding("utf8").on("data", (chunk: string) => {
      splitter.push(chunk);
      if (splitter.pending > MAX_LINE) {
        this.keep(`a line is longer than ${MAX_LINE} characters\n`);
        this.stop();
      }
    });
    // A process that closed its output can answer no more, even if it lives on.
    stdout.on("end", () => this.stop());
    stderr.setEncoding("utf8").on("data", (chunk: string) => this.keep(chunk));
    // Writing to a process that has gone: `close` follows, with the exit code and more to say.
    stdin.on("error", (error) => this.keep(`(writing to stdin: ${error.message})\n`));
  }

  private destroyPipes(): void {
    this.child.stdout.destroy();
    this.child.stderr.destroy();
  }

  private keep(text: string): void {
    this.stderr = (this.stderr + text).slice(-STDERR_KEPT);
  }

  send(line: string): void {
    const { stdin } = this.child;
    // One system call for all requests of this turn.
    if (stdin.writableCorked === 0) {
      stdin.cork();
      process.nextTick(() => stdin.uncork());
    }
    stdin.write(`${line}\n`);
  }

  /** Kills the group at once. Output that is still on its way is dropped. */
  kill(): void {
    this.muted = true;
    this.stop();
  }

  private stop(): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    if (process.platform === "win32") {
      this.child.kill("SIGKILL");
      return;
    }
    try {
      process.kill(-pid, "SIGKILL");
    } catch (error) {
      // ESRCH: the whole group has ended already.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** In words, for reports. */
export function describeEnding({ exitCode, signal }: Ending): string {
  if (signal) return `died of ${signal}`;
  return exitCode === null ? "did not start" : `exited with code ${exitCode}`;
}

/** The last lines, for an error message. */
export const lastLines = (text: string, count = 8): string =>
  text.trimEnd().split("\n").slice(-count).join("\n");
