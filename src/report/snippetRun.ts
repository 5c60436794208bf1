/** What a snippet printed when it was run against the library alone. */
export interface SnippetRun {
  readonly output: string;
  /** Whether it printed what the finding says. */
  readonly confirms: boolean;
}
