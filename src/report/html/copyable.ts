import { clipText } from "../visibleText.js";
import { html, type Markup } from "./escape.js";

/** Longer texts are a subject's fault, not its reader's. */
export const LONGEST_TEXT = 20_000;

/** Code with a button that copies it, which shows itself where scripts run. */
export const copyable = (code: string, label: string): Markup =>
  html`<div class="copyable">
    <button type="button" data-copy data-tool hidden aria-label="Copy ${label}">Copy</button>
    <pre tabindex="0"><code>${clipText(code.trimEnd(), LONGEST_TEXT)}</code></pre>
  </div>`;
