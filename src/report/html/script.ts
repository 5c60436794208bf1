/**
 * What the page can do more where scripts run: copy, filter, tell of a cell that was tapped, print what is folded.
 * Nothing that is to be read depends on it.
 */
export const script = `
"use strict";
for (const tool of document.querySelectorAll("[data-tool]")) tool.hidden = false;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const code = button.parentElement.querySelector("code");
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  } catch {
    // No clipboard here: leave it selected, one keystroke away.
    getSelection().selectAllChildren(code);
    button.textContent = "Selected";
  }
});

for (const matrix of document.querySelectorAll("[data-matrix]")) {
  const note = matrix.querySelector("[data-note]");
  matrix.addEventListener("click", (event) => {
    const cell = event.target.closest("td[title]");
    if (cell) note.textContent = cell.title;
  });
  const name = matrix.querySelector("input[type=search]");
  const state = matrix.querySelector("select");
  const filter = () => {
    const wanted = name.value.trim().toLowerCase();
    let family;
    for (const rows of matrix.querySelectorAll("tbody")) {
      if (rows.dataset.op === undefined) {
        family = rows;
        family.hidden = true;
        continue;
      }
      const named = rows.dataset.op.toLowerCase().includes(wanted);
      rows.hidden = !named || !(state.value === "" || rows.dataset.states.split(" ").includes(state.value));
      if (!rows.hidden) family.hidden = false;
    }
  };
  name.addEventListener("input", filter);
  state.addEventListener("change", filter);
}

// A link to what is folded away opens it.
const reveal = () => {
  const target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
  if (!target) return;
  for (let around = target; around; around = around.parentElement) {
    if (around.tagName === "DETAILS") around.open = true;
  }
  target.scrollIntoView();
};
addEventListener("hashchange", reveal);
// Also when the link is the page's address already, which changes nothing.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (link && link.getAttribute("href") === location.hash) reveal();
});
reveal();

for (const section of document.querySelectorAll("[data-findings]")) {
  const button = section.querySelector("[data-open-all]");
  button?.addEventListener("click", () => {
    const open = button.textContent === "Open all";
    for (const details of section.querySelectorAll("details")) details.open = open;
    button.textContent = open ? "Close all" : "Open all";
  });
}

let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const details of folded) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of folded) details.open = false;
});
`;
