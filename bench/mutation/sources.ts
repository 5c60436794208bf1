import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** TypeScript files below some folders, from `root`, with their text. */
export function readSources(root: string, folders: readonly string[]): Map<string, string> {
  const sources = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).sort()) {
      if (!entry.endsWith(".ts")) continue;
      const file = join(folder, entry);
      sources.set(file, readFileSync(join(root, file), "utf8"));
    }
  }
  return sources;
}

export const isTest = (file: string): boolean => file.endsWith(".test.ts");
