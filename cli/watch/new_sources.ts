import { registerHooks } from "node:module";

/**
 * Order of the command to the process that it watches, one line of JSON: these
 * modules have new code or a new section.
 */
export interface SwapOrder {
  /** Ids of the modules. */
  readonly modules: readonly string[];
  /**
   * Texts of the local files that the modules need and the process may lack, as
   * JavaScript, by versioned URL.
   */
  readonly sources: Readonly<Record<string, string>>;
  /**
   * Newest URL of each file that has changed since the process started, or
   * needs one that has; by plain URL.
   */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Local code that has changed since the program started. A URL is imported only
 * once, so a new text has a URL with a version, to which imports of the file
 * are redirected. The command sends the texts: the program has no permission to
 * read files, and needs none.
 */
export class NewSources {
  #sources = new Map<string, string>();
  #versions = new Map<string, string>();
  #hooked = false;

  /** Adds changes, for all following imports. */
  add({ sources, versions }: Pick<SwapOrder, "sources" | "versions">): void {
    for (const [url, text] of Object.entries(sources)) {
      this.#sources.set(url, text);
    }
    this.#versions = new Map(Object.entries(versions));
    if (!this.#hooked) this.#hook();
    this.#hooked = true;
  }

  /**
   * Returns the URL of the newest text of a file, if the command has sent any.
   */
  #newest(plain: string): string | undefined {
    const url = this.#versions.get(plain) ?? plain;
    return this.#sources.has(url) ? url : undefined;
  }

  #hook(): void {
    registerHooks({
      resolve: (specifier, context, next) => {
        const plain = localUrl(specifier, context.parentURL);
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

/**
 * Returns the URL of a specifier that names a local file; undefined for a bare
 * one, which the import map resolves.
 */
function localUrl(
  specifier: string,
  parent: string | undefined,
): string | undefined {
  if (specifier.startsWith("file:")) return specifier;
  if (!/^\.{0,2}\//.test(specifier)) return undefined;
  return parent === undefined ? undefined : URL.parse(specifier, parent)?.href;
}
