import { isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { VERSION } from "@caryatid/process/internal/platform";
import { schemaUrl } from "../schema/schema_url.ts";

const IS_CHECKOUT = import.meta.url.startsWith("file:");

/** Returns the path or specifier of the command for a project's tasks. */
export function commandFor(folder: string): string {
  return IS_CHECKOUT
    ? inCheckout("cli/mod.ts", folder)
    : `jsr:@caryatid/cli@^${VERSION}`;
}

/**
 * Returns the links of a project's `deno.json`: packages of a checkout are
 * linked, since they may not be published.
 */
export function linksFor(folder: string): { readonly links?: string[] } {
  if (!IS_CHECKOUT) return {};
  const names = ["sdk", "process", "cli", "modules"];
  return { links: names.map((name) => inCheckout(name, folder)) };
}

/**
 * Returns the imports of packages that linked packages need: their own import
 * map does not apply in a project that links them.
 */
export function importsFor(names: readonly string[]): Record<string, string> {
  if (!IS_CHECKOUT) return {};
  const root = new URL("../../deno.json", import.meta.url);
  const { imports } = JSON.parse(Deno.readTextFileSync(root)) as {
    readonly imports: Readonly<Record<string, string>>;
  };
  return Object.fromEntries(names.map((name) => [name, imports[name]!]));
}

/**
 * Returns the URL or path of the JSON Schema, by which an editor knows all
 * keys.
 */
export function schemaFor(folder: string): string {
  if (!IS_CHECKOUT) return schemaUrl(VERSION);
  const path = inCheckout("cli/caryatid.schema.json", folder);
  return isAbsolute(path) ? pathToFileURL(path).href : path;
}

/**
 * Returns a path in the checkout: relative for a folder in the checkout, so
 * that both may be moved.
 */
function inCheckout(path: string, folder: string): string {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  return folder.startsWith(root)
    ? relative(folder, join(root, path)).replaceAll(sep, "/")
    : join(root, path);
}
