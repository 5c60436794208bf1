/** Cuts a stream of text into lines. */
export class LineSplitter {
  private rest = "";

  constructor(private readonly onLine: (line: string) => void) {}

  /** Length of the unfinished line. */
  get pending(): number {
    return this.rest.length;
  }

  push(chunk: string): void {
    // A long line comes in many chunks; only the one that ends it is searched and joined.
    if (!chunk.includes("\n")) {
      this.rest += chunk;
      return;
    }
    const lines = (this.rest + chunk).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) this.onLine(line);
  }
}
