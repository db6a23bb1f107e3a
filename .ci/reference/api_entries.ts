import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { ROOT } from "./sources.ts";

/** Public entry of a package. */
export interface ApiEntry {
  /** Specifier of an import, such as `@caryatid/sdk/bus`. */
  readonly name: string;
  /** Path of its file in the repository. */
  readonly file: string;
}

/** Returns the public entries of all packages. */
export function apiEntries(): ApiEntry[] {
  return ["sdk", "process", "modules", "cli"].flatMap((folder) => {
    const text = readFileSync(`${ROOT}${folder}/deno.json`, "utf8");
    const { name, exports } = JSON.parse(text);
    return Object.entries<string>(exports)
      .filter(([entry]) => !entry.startsWith("./internal/"))
      .map(([entry, file]) => ({
        name: posix.join(name, entry),
        file: posix.join(folder, file),
      }));
  });
}
