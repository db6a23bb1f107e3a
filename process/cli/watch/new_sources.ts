import { registerHooks } from "node:module";
import type { SwapOrder } from "./swap_order.ts";

/**
 * Local code that has changed since the program began. A file is imported once by its URL, so newer text has one of its own, with a
 * version; what imports the file is led to that. The text comes from the command: to read files the program has no permission, and
 * needs none.
 */
export class NewSources {
  #sources = new Map<string, string>();
  #versions = new Map<string, string>();
  #hooked = false;

  /** Takes what has changed, for all imports from now on. */
  add({ sources, versions }: Pick<SwapOrder, "sources" | "versions">): void {
    for (const [url, text] of Object.entries(sources)) {
      this.#sources.set(url, text);
    }
    this.#versions = new Map(Object.entries(versions));
    if (!this.#hooked) this.#hook();
    this.#hooked = true;
  }

  /** Under which URL the newest text of a file is, if the command has sent any. */
  #newest(plain: string): string | undefined {
    const url = this.#versions.get(plain) ?? plain;
    return this.#sources.has(url) ? url : undefined;
  }

  #hook(): void {
    registerHooks({
      resolve: (specifier, context, next) => {
        const plain = plainUrl(specifier, context.parentURL);
        const known = plain && this.#newest(plain);
        if (known) return { url: known, shortCircuit: true };
        const found = next(specifier, context);
        const url = this.#newest(found.url);
        return url ? { url, shortCircuit: true } : found;
      },
      load: (url, context, next) => {
        const source = this.#sources.get(url);
        if (source === undefined) return next(url, context);
        const { type } = context.importAttributes ?? {};
        const format = type === "json" ? "json" : "module";
        return { format, source, shortCircuit: true };
      },
    });
  }
}

/** Where a specifier leads to if it names a local file; a bare one is the import map's. */
function plainUrl(
  specifier: string,
  parent: string | undefined,
): string | undefined {
  if (specifier.startsWith("file:")) return specifier;
  if (!/^\.{0,2}\//.test(specifier)) return undefined;
  return parent === undefined ? undefined : URL.parse(specifier, parent)?.href;
}
