import {
  type DenoInfo,
  denoInfo,
  type InfoDependency,
  type InfoModule,
} from "../deno_info.ts";

/** A local file of code. */
export interface CodeFile {
  /** Its `file:` URL. */
  readonly url: string;
  /** Whether Deno translates it before it is run. */
  readonly translated: boolean;
  /** Whether its text says all: not of WebAssembly, other bytes and CommonJS. */
  readonly plain: boolean;
}

const TRANSLATED = ["TypeScript", "Mts", "TSX", "JSX"];
const UNUSUAL = ["Wasm", "Cjs", "Cts"];

/** Which file imports which, as Deno resolves it: literal imports, dynamic ones and those of types included. */
export class CodeGraph {
  readonly #modules: ReadonlyMap<string, InfoModule>;
  readonly #redirects: Readonly<Record<string, string>>;
  readonly #bytes: ReadonlySet<string>;

  /** Takes what `deno info --json` printed. */
  constructor({ modules, redirects = {} }: DenoInfo) {
    this.#modules = new Map(modules.map((one) => [one.specifier, one]));
    this.#redirects = redirects;
    const dependencies = modules.flatMap((one) => one.dependencies ?? []);
    const bytes = dependencies.filter(({ assertionType }) =>
      assertionType === "bytes"
    );
    this.#bytes = new Set(bytes.flatMap(targets));
  }

  /** Asks Deno for all that this specifier imports. Nothing is run. */
  static async of(
    specifier: string,
    flags: readonly string[],
  ): Promise<CodeGraph> {
    const told = await denoInfo(specifier, flags);
    // What can't be parsed or found is listed, too; what fails here is told where it is imported.
    return new CodeGraph("info" in told ? told.info : { modules: [] });
  }

  /** All local files that these need, themselves included; by URL. */
  filesOf(specifiers: readonly string[]): Map<string, CodeFile> {
    const files = new Map<string, CodeFile>();
    const seen = new Set<string>();
    const left = [...specifiers];
    for (let next; (next = left.pop()) !== undefined;) {
      const specifier = this.#redirects[next] ?? next;
      if (seen.has(specifier)) continue;
      seen.add(specifier);
      const module = this.#modules.get(specifier);
      if (module === undefined) continue;
      if (specifier.startsWith("file:")) {
        files.set(specifier, this.#file(module));
      }
      left.push(...(module.dependencies ?? []).flatMap(targets));
    }
    return files;
  }

  #file({ specifier: url, kind, mediaType = "" }: InfoModule): CodeFile {
    return {
      url,
      translated: kind !== "asserted" && TRANSLATED.includes(mediaType),
      plain: !UNUSUAL.includes(mediaType) && !this.#bytes.has(url),
    };
  }
}

function targets({ code, type }: InfoDependency): string[] {
  return [code?.specifier, type?.specifier].flatMap((one) => one ?? []);
}
