import type { Progress } from "../campaign/run.js";

/** A line that overwrites itself on a terminal, and appears now and then in a log. */
export class StatusLine {
  private lastMs = -Infinity;
  private shown = false;

  constructor(
    private readonly stream: NodeJS.WriteStream,
    private readonly clock: () => number,
  ) {}

  update(text: string): void {
    const terminal = this.stream.isTTY;
    const now = this.clock();
    if (now - this.lastMs < (terminal ? 100 : 5000)) return;
    this.lastMs = now;
    if (terminal) {
      this.stream.write(`\r\u001b[2K${text.slice(0, this.stream.columns - 1)}`);
      this.shown = true;
    } else {
      this.stream.write(`${text}\n`);
    }
  }

  done(): void {
    if (this.shown) this.stream.write("\r\u001b[2K");
    this.shown = false;
  }
}

/** How far a campaign has come. */
export function progressText(
  { unitsDone, units, evaluations, findings, current }: Progress,
  elapsedMs: number,
): string {
  return (
    `${Math.floor((100 * unitsDone) / units)} %  ${unitsDone}/${units} units · ` +
    `${evaluations.toLocaleString("en")} evaluations · ${findings} finding${findings === 1 ? "" : "s"} · ` +
    `${Math.round(elapsedMs / 1000)} s · ${current}`
  );
}
