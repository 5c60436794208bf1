import { GradproofError } from "../core/errors.js";

/** Edit distance between two words (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The names most like a word: those that contain it, then those that differ by few letters. */
export function nearest(word: string, names: readonly string[]): string[] {
  const wanted = word.toLowerCase();
  return [...new Set(names)]
    .map((name) => {
      const lower = name.toLowerCase();
      return { name, score: lower.includes(wanted) || wanted.includes(lower) ? 1 : distance(wanted, lower) };
    })
    .filter(({ score }) => score <= Math.max(2, word.length / 2))
    .sort((a, b) => a.score - b.score)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** The error for a name that does not exist. */
export function unknownName(what: string, name: string, names: readonly string[]): GradproofError {
  const near = nearest(name, names);
  return new GradproofError(
    `unknown-${what}`,
    `unknown ${what} "${name}"; ${near.length > 0 ? `did you mean ${near.join(", ")}?` : `there are ${names.join(", ")}`}`,
  );
}
