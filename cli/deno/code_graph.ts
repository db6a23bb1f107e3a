import { CaryatidError } from "@caryatid/sdk";
import { fileUrl } from "@caryatid/process/internal/platform";
import { denoCommand, PLAIN } from "./deno_command.ts";

/** Output of `deno info --json`, as far as it is used. */
export interface DenoInfo {
  readonly modules: readonly InfoModule[];
  readonly redirects?: Readonly<Record<string, string>>;
  readonly npmPackages?: Readonly<
    Record<string, {
      readonly dependencies: readonly string[];
      readonly localPath?: string;
    }>
  >;
}

/** A file or an npm package. */
export interface InfoModule {
  readonly specifier: string;
  /** Path of the file or of its cached copy. */
  readonly local?: string;
  readonly kind?: string;
  readonly mediaType?: string;
  readonly npmPackage?: string;
  readonly dependencies?: readonly InfoDependency[];
}

/** An import: its code and its types. */
export interface InfoDependency {
  /** Specifier in the code of the file. */
  readonly specifier?: string;
  readonly code?: { readonly specifier?: string };
  readonly type?: { readonly specifier?: string };
  readonly assertionType?: string;
}

/** A local file of code. */
export interface CodeFile {
  /** Its `file:` URL. */
  readonly url: string;
  /** True if Deno transpiles the file before it runs. */
  readonly translated: boolean;
  /**
   * True if the text of the file is all that matters: false for WebAssembly,
   * bytes and CommonJS.
   */
  readonly plain: boolean;
}

/**
 * Flags of a run that are left out: `deno info` does not know the first, and
 * the second would download code again.
 */
const OTHER_FLAGS = ["--cached-only", "--reload"];
const TRANSLATED = ["TypeScript", "Mts", "TSX", "JSX"];
const UNUSUAL = ["Wasm", "Cjs", "Cts"];

/**
 * Imports between files as Deno resolves them: static, dynamic and type
 * imports. No code runs to find them.
 */
export class CodeGraph {
  readonly #info: DenoInfo;
  readonly #modules: ReadonlyMap<string, InfoModule>;
  readonly #bytes: ReadonlySet<string>;

  /** Takes the parsed output of `deno info --json`. */
  constructor(info: DenoInfo) {
    this.#info = info;
    this.#modules = new Map(info.modules.map((one) => [one.specifier, one]));
    const dependencies = info.modules.flatMap((one) => one.dependencies ?? []);
    this.#bytes = new Set(
      dependencies.filter(({ assertionType }) => assertionType === "bytes")
        .flatMap(targetsOf),
    );
  }

  /**
   * Reads everything that these specifiers import. Files that cannot be parsed
   * or found are part of the graph.
   *
   * @throws {CaryatidError} `LOAD_FAILED` if `deno info` fails
   */
  static async of(
    specifiers: readonly string[],
    flags: readonly string[],
  ): Promise<CodeGraph> {
    const { stdout, stderr } = await denoCommand(
      [
        ...["info", "--json"],
        ...flags.filter((flag) => !OTHER_FLAGS.includes(flag)),
        rootOf(specifiers),
      ],
      { env: PLAIN },
    ).output();
    const [json, fault] = [stdout, stderr].map((bytes) =>
      new TextDecoder().decode(bytes).trim()
    );
    if (json !== "") return new CodeGraph(JSON.parse(json!));
    throw new CaryatidError(
      "LOAD_FAILED",
      `Cannot read the imports of the code: Deno reports ${fault}`,
    );
  }

  /**
   * Like {@linkcode CodeGraph.of}. Also returns each specifier as the import
   * map resolves it; a specifier that is not resolved is missing.
   */
  static async resolving(
    specifiers: readonly string[],
    flags: readonly string[],
  ): Promise<{ graph: CodeGraph; resolved: ReadonlyMap<string, string> }> {
    const root = programOf(specifiers);
    const graph = await CodeGraph.of([root], flags);
    const imports = graph.#modules.get(root)?.dependencies ?? [];
    const resolved = imports.flatMap(({ specifier, code }) =>
      specifier === undefined || code?.specifier === undefined
        ? []
        : [[specifier, code.specifier] as const]
    );
    return { graph, resolved: new Map(resolved) };
  }

  /** Specifiers of all files, with the paths of their local copies. */
  *localCopies(): Generator<[specifier: string, path: string]> {
    for (const { specifier, local } of this.#info.modules) {
      if (local !== undefined) yield [specifier, local];
    }
  }

  /**
   * Returns the URLs of all code that this specifier imports, itself first;
   * without types. An npm package is the URL of its folder, a module of Node
   * its `node:` name.
   */
  closure(specifier: string): string[] {
    const found = new Set([this.#resolve(specifier)]);
    for (const file of found) {
      for (const next of this.#importsOf(file)) found.add(next);
    }
    return [...found].flatMap((file) => this.#urlOf(file));
  }

  /**
   * Returns the local files that these specifiers need, types and themselves
   * included, by URL.
   */
  filesOf(specifiers: readonly string[]): Map<string, CodeFile> {
    const files = new Map<string, CodeFile>();
    const found = new Set(specifiers.map((one) => this.#resolve(one)));
    for (const specifier of found) {
      const module = this.#modules.get(specifier);
      if (module === undefined) continue;
      if (specifier.startsWith("file:")) {
        files.set(specifier, this.#file(module));
      }
      for (const next of (module.dependencies ?? []).flatMap(targetsOf)) {
        found.add(this.#resolve(next));
      }
    }
    return files;
  }

  /** URLs of all local files. */
  *files(): Generator<string> {
    for (const { specifier } of this.#info.modules) {
      if (specifier.startsWith("file:")) yield specifier;
    }
  }

  /** Returns the local files that are among `urls` or need one of them. */
  dependents(urls: ReadonlySet<string>): Set<string> {
    const needed = new Set([...this.files()].filter((url) => urls.has(url)));
    for (let size = -1; size !== needed.size;) {
      size = needed.size;
      for (const { specifier, dependencies = [] } of this.#info.modules) {
        if (!specifier.startsWith("file:")) continue;
        const targets = dependencies.flatMap(targetsOf);
        if (targets.some((one) => needed.has(this.#resolve(one)))) {
          needed.add(specifier);
        }
      }
    }
    return needed;
  }

  #file({ specifier: url, kind, mediaType = "" }: InfoModule): CodeFile {
    return {
      url,
      translated: kind !== "asserted" && TRANSLATED.includes(mediaType),
      plain: !UNUSUAL.includes(mediaType) && !this.#bytes.has(url),
    };
  }

  #importsOf(file: string): readonly string[] {
    const { npmPackages = {} } = this.#info;
    if (file.startsWith("package ")) {
      const { dependencies = [] } = npmPackages[file.slice(8)] ?? {};
      return dependencies.map((key) => `package ${key}`);
    }
    const module = this.#modules.get(file);
    if (module?.npmPackage) return [`package ${module.npmPackage}`];
    return (module?.dependencies ?? []).flatMap(({ code }) =>
      code?.specifier === undefined ? [] : this.#resolve(code.specifier)
    );
  }

  #resolve(specifier: string): string {
    return this.#info.redirects?.[specifier] ?? specifier;
  }

  #urlOf(file: string): string[] {
    if (file.startsWith("npm:")) return [];
    if (!file.startsWith("package ")) return [file];
    const path = this.#info.npmPackages?.[file.slice(8)]?.localPath;
    return path === undefined ? [] : [`${fileUrl(path).href}/`];
  }
}

/**
 * `deno info` takes one specifier: several become a program that imports them.
 */
function rootOf(specifiers: readonly string[]): string {
  return specifiers.length === 1 ? specifiers[0]! : programOf(specifiers);
}

function programOf(specifiers: readonly string[]): string {
  const imports = specifiers.map((one) => `import${JSON.stringify(one)};`);
  const code = imports.join("").replace(/[%#\s\\]/g, encodeURIComponent);
  return `data:text/javascript,${code}`;
}

function targetsOf({ code, type }: InfoDependency): string[] {
  return [code?.specifier, type?.specifier].flatMap((one) => one ?? []);
}
