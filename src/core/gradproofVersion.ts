import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Version of this package, from the nearest package.json above: sources and built files lie at different depths. */
export function gradproofVersion(): string {
  let folder = new URL(".", import.meta.url);
  while (!existsSync(new URL("package.json", folder))) {
    const parent = new URL("..", folder);
    if (parent.href === folder.href)
      throw new Error(`no package.json above ${fileURLToPath(import.meta.url)}`);
    folder = parent;
  }
  const { version } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8")) as {
    version: string;
  };
  return version;
}
