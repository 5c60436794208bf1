import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { describe, expect, test } from "vitest";
import { composedWitness } from "../../../fixtures/records/syntheticLines.js";
import {
  madeHostile,
  syntheticRecord,
  SYNTHETIC_SENTENCE,
} from "../../../fixtures/records/syntheticRecord.js";
import { summarize } from "../summarize.js";
import { accuracySection } from "./accuracy.js";
import { html, slug, webAddress } from "./escape.js";
import { renderHtml } from "./page.js";
import { programGraph } from "./programGraph.js";
import { showAttribute } from "./witness.js";

const honest = renderHtml(summarize(syntheticRecord()));
const hostile = renderHtml(summarize(madeHostile(syntheticRecord())));

const TAG = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*)\s*\/?>/g;
const ATTRIBUTE = /([a-zA-Z-]+)(?:="([^"]*)")?/g;

/** Every tag with its attributes, and what is left when they are taken out. */
function taken(page: string) {
  const markup = page
    .replace(/^<!doctype html>/, "")
    .replace(/<style>[^]*?<\/style>/, "<style></style>")
    .replace(/<script>[^]*?<\/script>/, "<script></script>");
  const tags = [...markup.matchAll(TAG)].map(([, , name, attributes]) => ({
    name,
    attributes: [...attributes.matchAll(ATTRIBUTE)].map(([, key, value = ""]) => ({ key, value })),
  }));
  return { tags, text: markup.replace(TAG, "") };
}

describe.each([
  ["an honest subject", honest],
  ["a hostile subject", hostile],
])("the page of %s", (_name, page) => {
  const { tags, text } = taken(page);

  test("has no markup but ours", () => {
    expect(/.{0,60}[<>].{0,60}/.exec(text)?.[0]).toBeUndefined();
    const names = new Set(tags.map(({ name }) => name));
    for (const name of ["img", "iframe", "object", "embed", "base"]) expect(names).not.toContain(name);
    expect(tags.filter(({ name }) => name === "script")).toHaveLength(2);
    const keys = new Set(tags.flatMap(({ attributes }) => attributes.map(({ key }) => key)));
    expect([...keys].filter((key) => key.startsWith("on") || key === "style" || key === "src")).toEqual([]);
  });

  test("asks nothing of anybody", () => {
    for (const { name, attributes } of tags) {
      for (const { key, value } of attributes) {
        if (key !== "href") continue;
        const allowed = name === "link" ? /^data:,$/ : /^(?:#[A-Za-z0-9_.-]+|https?:\/\/[^\s]+)$/;
        expect(value).toMatch(allowed);
      }
    }
    const [style] = /<style>[^]*?<\/style>/.exec(page) ?? [""];
    expect(style).not.toMatch(/url\(|@import|@font-face/);
    expect(page).toContain("default-src 'none'".replaceAll("'", "&#39;"));
  });

  test("every link within the page leads somewhere, and no place has two names", () => {
    const attributes = tags.flatMap((tag) => tag.attributes);
    const ids = attributes.filter(({ key }) => key === "id").map(({ value }) => value);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { key, value } of attributes) {
      if (key === "href" && value.startsWith("#")) expect(ids).toContain(value.slice(1));
    }
  });
});

test("says what there is to say", () => {
  for (const words of [
    `<h1>${SYNTHETIC_SENTENCE}</h1>`,
    "the gradient of prod is that of sum",
    "0.5, within [0.49999997, 0.50000003]",
    "x1 = prod(x0, axes: [0], keepdims: false)",
    "8.4e6",
    "npx gradproof replay f-1",
    "12 cases with this signature",
    "failure probability below",
    "tie-twice",
    "escaped",
    "no erf with a gradient",
    "undecided gate",
    "1 at 0",
    "half: 1 case",
    "a share of 0.61: 2 cases",
    "oracles disagree: … and …",
    "10 of 380 cases could not be decided; 9 more asked for what the subject does not have",
    "97 % decided",
    "1 op wrong only for tensors without elements",
    "programs of several ops wrong",
    "Only for tensors without elements <small>1</small>",
    "strides: 2×1, padding: same",
    '<svg\nclass="graph"',
    "1 of 2",
    "The self-test let 1 mutant escape:",
    "tie-twice (maximum)",
  ]) {
    expect(honest).toContain(words);
  }
});

test("several subjects, and a run that was cut off, are told as such", () => {
  const [header, ...rest] = syntheticRecord().filter(({ type }) => type !== "footer");
  if (header.type !== "header") throw new Error("a record begins with its header");
  const subjects = [...header.subjects, { ...header.subjects[0], id: "second" }];
  const page = renderHtml(summarize([{ ...header, subjects }, ...rest]));
  expect(page).toContain("2 subjects verified, 1 with faults");
  expect(page).toContain("the run was cut off");
});

test("a program is drawn with every value and every use of it, and attributes are readable", () => {
  const { text } = programGraph(composedWitness.program);
  expect(text.match(/<rect/g)).toHaveLength(4);
  expect(text.match(/<path/g)).toHaveLength(4);
  expect(
    showAttribute("padding", [
      [0, 1],
      [1, 0],
    ]),
  ).toBe("[[0, 1], [1, 0]]");
  expect(showAttribute("shape", [])).toBe("[]");
});

test("errors that no scale holds are told as such", () => {
  const result = summarize(syntheticRecord());
  const cells = result.subjects[0].cells.map((cell, k) => ({
    ...cell,
    worstErrorOverAttainable: (["NaN", "Infinity", 1e44, 0] as const)[k % 4],
  }));
  const { text } = accuracySection({ ...result.subjects[0], cells });
  expect(text).not.toMatch(/="[^"]*(?:NaN|Infinity)/);
  for (const shown of [">∞<", ">1e44<"]) expect(text).toContain(shown);
});

describe("escaping", () => {
  test("text is escaped, markup is not, and what cannot be seen is spelled out", () => {
    expect(html`<b title="${`"'`}">${"<i>&"}${[html`<i></i>`, 1, null]}${"\u202e\u0000"}</b>`.text).toBe(
      '<b title="&quot;&#39;">&lt;i&gt;&amp;<i></i>1\\u202e\\u0000</b>',
    );
  });

  test("links lead to the web, or nowhere", () => {
    expect(webAddress("https://example.org/a b")).toBe("https://example.org/a%20b");
    for (const address of ["javascript:alert(1)", "data:text/html,x", "file:///etc", "nonsense", undefined]) {
      expect(webAddress(address)).toBeNull();
    }
    expect(slug('a" onclick="x')).toBe("a-onclick-x");
  });
});

const browser = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

describe.skipIf(browser === undefined)("in a real browser", () => {
  test("fits every window in both schemes, makes no request, and runs no script but its own", async () => {
    const directory = await mkdtemp(join(tmpdir(), "gradproof-page-"));
    const running = await chromium.launch({
      executablePath: browser,
      args: ["--no-sandbox", "--disable-gpu"],
    });
    try {
      for (const [name, content] of Object.entries({ honest, hostile })) {
        const file = join(directory, `${name}.html`);
        await writeFile(file, content);
        const page = await running.newPage();
        const seen: string[] = [];
        page.on("request", (request) => seen.push(request.url()));
        page.on("console", (message) => seen.push(message.text()));
        page.on("dialog", (dialog) => seen.push(dialog.message()));
        page.on("pageerror", (error) => seen.push(error.message));
        const address = pathToFileURL(file).href;
        await page.goto(address);
        for (const width of [360, 768, 1440]) {
          for (const colorScheme of ["light", "dark"] as const) {
            await page.setViewportSize({ width, height: 900 });
            await page.emulateMedia({ colorScheme });
            expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
          }
        }
        // The tools are hidden until our script has run: the policy let it.
        expect(await page.locator("[data-copy]").first().isVisible()).toBe(true);
        // A link to a card that is folded away, in a group that is folded away too, opens both.
        const folded = page.locator(".rare-findings .finding").first();
        expect(await folded.locator("article").isVisible()).toBe(false);
        const id = await folded.getAttribute("id");
        await page.evaluate(`location.hash = "#${id}"`);
        await folded.locator("article").waitFor({ state: "visible" });
        expect(seen).toEqual([address]);
      }
    } finally {
      await running.close();
      await rm(directory, { recursive: true });
    }
  });
});
