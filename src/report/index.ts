import type { Report } from "../record/report.js";
import { renderHtml } from "./html/page.js";
import { renderJson } from "./json.js";
import { renderJunit } from "./junit.js";
import { renderMarkdown } from "./markdown.js";

export interface Format {
  /** Name of the file in the campaign's directory. */
  readonly file: string;
  render(report: Report): string;
}

/** Every format there is. The names are the command line's choices. */
export const FORMATS = {
  html: { file: "index.html", render: renderHtml },
  json: { file: "report.json", render: renderJson },
  markdown: { file: "report.md", render: renderMarkdown },
  junit: { file: "junit.xml", render: renderJunit },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;
