// C0 and C1 controls but for tab and newline, marks that reorder text, lone surrogates, and the two that XML forbids.
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Surrogate}/gu;

/**
 * Text from a subject, safe to look at: what would be invisible, reorder its neighbours or break a file is spelled out.
 *
 * @example visibleText("a\u202eb") // "a\\u202eb"
 */
export const visibleText = (text: string): string =>
  text
    .replace(/\r\n/g, "\n")
    .replace(INVISIBLE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** No more than so many characters, and how many were left out. */
export function clipText(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most)} … (${text.length - most} more characters)`;
}
