import type { SealedKind } from "../guest/sealed_loader.ts";
import type { GraphFile, GraphImport, ModuleGraph } from "./module_graph.ts";
import type { GraphOptions } from "./read_graph.ts";
import { SourceReader } from "./source_reader.ts";
import { isTranspiled, type SourceFile } from "./source_file.ts";
import { transpile } from "./transpile.ts";
import { wasmModule } from "./wasm_module.ts";

/** Media types that are JavaScript already. */
const SCRIPTS = ["JavaScript", "Mjs"];

type Files = Record<SealedKind, Record<string, string>>;

/** Collects the files and links of a sealed graph. */
export class SealedFiles {
  readonly #graph: ModuleGraph;
  readonly #reader: SourceReader;
  /** Wanted files: kinds by URL. */
  readonly #wanted = new Map<string, Set<SealedKind>>();
  readonly #faults: Record<string, string> = {};
  readonly links: Record<string, Record<string, string>> = { "": {} };
  /** Hashes of the local files that were read, by URL. */
  readonly hashes: Record<string, string> = {};
  /** Ids of the imported packages. */
  readonly packages = new Set<string>();
  /** Specifiers of these packages with the ranges of versions. */
  readonly ranges = new Set<string>();

  constructor(graph: ModuleGraph) {
    this.#graph = graph;
    this.#reader = new SourceReader(graph);
  }

  get urls(): readonly string[] {
    return [...this.#wanted.keys()];
  }

  /** Adds a file that the program imports, with all that it imports. */
  addRoot(specifier: string, kind: SealedKind): void {
    const url = this.#graph.rootOf(specifier) ?? specifier;
    this.links[""]![specifier] = url;
    this.add(url, kind);
    if (kind !== "module") return;
    for (const [file, found] of this.#graph.importsOf(url)) {
      this.#addImport(file, found);
    }
  }

  /** Adds one file. */
  add(url: string, kind: SealedKind): void {
    const kinds = this.#wanted.get(url) ?? new Set();
    this.#wanted.set(url, kinds.add(kind));
  }

  /** Returns the files that a module imports, which it may also compute. */
  computedBy(root: string | undefined): Record<string, true> {
    const urls: Record<string, true> = {};
    if (root === undefined) return urls;
    for (const [file, { code }] of this.#graph.importsOf(root)) {
      urls[file] = true;
      const target = this.#graph.resolve(code?.specifier ?? "");
      if (this.#wanted.has(target)) urls[target] = true;
    }
    return urls;
  }

  /** Reads and transpiles all files. Trusted code has no source maps. */
  async contents(
    options: GraphOptions,
    trusted: ReadonlySet<string>,
  ): Promise<
    { readonly files: Files; readonly faults: Record<string, string> }
  > {
    const files: Files = { module: {}, json: {}, text: {} };
    const sources: SourceFile[] = [];
    await Promise.all([...this.#wanted].map(async ([url, kinds]) => {
      const fault = kinds.has("module")
        ? faultOf(this.#graph.file(url))
        : undefined;
      if (fault !== undefined) this.#faults[url] ??= fault;
      try {
        const { bytes, text, hash } = await this.#reader.read(url);
        if (url.startsWith("file:")) this.hashes[url] = hash;
        if (kinds.has("json")) files.json[url] = text;
        if (kinds.has("text")) files.text[url] = text;
        if (!kinds.has("module") || fault !== undefined) return;
        const { mediaType = "JavaScript" } = this.#graph.file(url)!;
        if (isWasm(this.#graph.file(url))) {
          files.module[url] = wasmModule(
            bytes,
            Object.keys(this.links[url] ?? {}),
          );
        } else if (isTranspiled(mediaType)) {
          const isTrusted = trusted.has(url);
          sources.push({ url, mediaType, text, hash, isTrusted });
        } else files.module[url] = text;
      } catch (error) {
        this.#faults[url] ??= (error as Error).message;
      }
    }));
    for (const [url, result] of await transpile(sources, options)) {
      if ("code" in result) files.module[url] = result.code;
      else this.#faults[url] = result.fault;
    }
    return { files, faults: this.#faults };
  }

  #addImport(file: string, found: GraphImport): void {
    const { specifier, code, assertionType = "module" } = found;
    if (code === undefined) return; // only types
    const target = this.#target(found);
    (this.links[file] ??= {})[specifier] = target;
    const where = placeOf(file, found);
    if (code.error !== undefined) {
      this.#faults[target] ??= `${code.error}${where}`;
    } else if (target.startsWith("npm:")) {
      if (this.#graph.packageIn(found) !== undefined) return;
      const error = this.#graph.file(target)?.error ??
        `The package "${specifier}" cannot be resolved`;
      this.#faults[target] ??= `${error}${where}`;
    } else if (!target.startsWith("node:")) {
      const { error } = this.#graph.file(target) ?? {};
      if (error !== undefined && assertionType === "module") {
        this.#faults[target] ??= `${error}${where}`;
      }
      if (isKind(assertionType)) this.add(target, assertionType);
    }
  }

  #target(found: GraphImport): string {
    const written = found.code?.specifier;
    if (written === undefined) return found.specifier;
    const id = this.#graph.packageIn(found);
    if (id === undefined) return this.#graph.resolve(written);
    this.packages.add(id);
    this.ranges.add(written);
    const one = this.#graph.package(id);
    const [, path = ""] = /^npm:\/?(?:@[^/]*\/)?[^/]*(\/.*)?$/.exec(written) ??
      [];
    return one ? `npm:${one.name}@${one.version}${path}` : written;
  }
}

function isKind(type: string): type is SealedKind {
  return type === "module" || type === "json" || type === "text";
}

/** Returns the reason why a file is not imported as code. */
function faultOf(file: GraphFile | undefined): string | undefined {
  if (file === undefined) return "Module not found";
  const { specifier, error, mediaType = "JavaScript" } = file;
  if (error !== undefined) return error;
  if (SCRIPTS.includes(mediaType) || isTranspiled(mediaType)) return undefined;
  if (mediaType === "Unknown" || mediaType.startsWith("D")) return undefined;
  return `Cannot import "${specifier}" in an isolated module: found a file of ` +
    `type ${mediaType}, expected JavaScript or TypeScript`;
}

function placeOf(file: string, { code }: GraphImport): string {
  const { line, character } = code?.span?.start ?? { line: 0, character: 0 };
  return `\n    at ${file}:${line + 1}:${character + 1}`;
}

/** Returns true for a file of WebAssembly. */
export function isWasm(file: GraphFile | undefined): boolean {
  return file?.kind === "wasm";
}
