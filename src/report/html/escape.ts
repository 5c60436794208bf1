import { visibleText } from "../visibleText.js";

/** Markup made by us. Anything else that gets into a page is text, and is escaped. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Content = Markup | string | number | null | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Safe between tags and within quoted attributes. */
export const escapeHtml = (text: string): string => visibleText(text).replace(/[&<>"']/g, (c) => ENTITIES[c]);

function written(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (content === null) return "";
  if (typeof content === "string" || typeof content === "number") return escapeHtml(String(content));
  return content.map(written).join("");
}

/** Of a template, for its reader; a page of thousands of cells is better without. */
const INDENT = /\n\s+/g;

/**
 * Markup with values in it; what is not markup already is escaped, so that a page is safe unless somebody takes pains.
 *
 * @domain values stand between tags or within quoted attributes: never in a script, a style or an unquoted attribute
 * @example html`<b>${"<i>"}</b>`.text // "<b>&lt;i&gt;</b>"
 */
export function html(parts: TemplateStringsArray, ...values: Content[]): Markup {
  return new Markup(
    parts
      .map((part, k) => part.replace(INDENT, "\n") + (k < values.length ? written(values[k]) : ""))
      .join(""),
  );
}

/** Part of a fragment identifier. @example slug("conv2d@1 <b>") // "conv2d-1-b-" */
export const slug = (text: string): string => text.replace(/[^A-Za-z0-9_.]+/g, "-");

/** The address, where it is one that a page may link to. */
export function webAddress(address: string | undefined): string | null {
  if (address === undefined || !URL.canParse(address)) return null;
  const url = new URL(address);
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
}
