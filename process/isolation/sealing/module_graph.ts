/** Output of `deno info --json`, as far as it is used. */
interface DenoInfo {
  readonly roots: readonly string[];
  readonly modules: readonly GraphFile[];
  readonly redirects?: Readonly<Record<string, string>>;
  /** Packages from npm by id, also those that the graph does not import. */
  readonly npmPackages?: Readonly<Record<string, GraphPackage>>;
}

/** A file of a graph. */
export interface GraphFile {
  readonly specifier: string;
  /** Path of the file, or of its copy in Deno's cache. */
  readonly local?: string;
  /** For example `esm` or `wasm`. */
  readonly kind?: string;
  readonly mediaType?: string;
  /** Reason why the file cannot be imported. */
  readonly error?: string;
  /** Id of the package, if this is one from npm. */
  readonly npmPackage?: string;
  readonly dependencies?: readonly GraphImport[];
}

/** A package from npm. */
export interface GraphPackage {
  readonly name: string;
  readonly version: string;
  /** Ids of the packages that it depends on. */
  readonly dependencies: readonly string[];
  /** Path of its folder, which is missing if it is not downloaded. */
  readonly localPath?: string;
}

/** Returns true if the files of a package exist. */
export function isDownloaded(
  { localPath }: Partial<GraphPackage> = {},
): boolean {
  if (localPath === undefined) return false;
  try {
    return Deno.statSync(localPath).isDirectory;
  } catch {
    return false; // it is missing, or Deno reports why it cannot be read
  }
}

/** An import as the code has it. */
export interface GraphImport {
  readonly specifier: string;
  readonly code?: {
    readonly specifier?: string;
    /** Reason why the specifier has no target. */
    readonly error?: string;
    /** Lines and characters are counted from 0. */
    readonly span?: {
      readonly start: { readonly line: number; readonly character: number };
    };
  };
  /** The attribute `type`. */
  readonly assertionType?: string;
}

/** Maximum number of redirects that are followed. */
const MAX_REDIRECTS = 10;

/** Start of the URL of a program that imports several specifiers. */
export const PROGRAM = "data:text/javascript,";

/** Imports between files as Deno resolves them. */
export class ModuleGraph {
  readonly #info: DenoInfo;
  readonly #files: ReadonlyMap<string, GraphFile>;

  /** Takes the output of `deno info`. */
  constructor(info: DenoInfo) {
    this.#info = info;
    this.#files = new Map(
      info.modules.map((file) => [file.specifier, file]),
    );
  }

  /** Returns a file by its URL. */
  file(url: string): GraphFile | undefined {
    return this.#files.get(url);
  }

  /** Returns the id of the package from npm that is imported. */
  packageIn({ code }: GraphImport): string | undefined {
    const target = code?.specifier;
    return target === undefined
      ? undefined
      : this.file(this.resolve(target))?.npmPackage;
  }

  /** Packages from npm, also those that the graph does not import. */
  get packages(): readonly GraphPackage[] {
    return Object.values(this.#info.npmPackages ?? {});
  }

  /** Returns a package from npm by its id. */
  package(id: string): GraphPackage | undefined {
    return this.#info.npmPackages?.[id];
  }

  /** Returns the URL of a specifier that the graph was read for. */
  rootOf(specifier: string): string | undefined {
    const [root] = this.#info.roots;
    if (root === undefined) return undefined;
    if (!isProgram(root)) return this.resolve(root);
    const found = this.#importsIn(root)
      .find((one) => one.specifier === specifier);
    return this.resolve(found?.code?.specifier ?? specifier);
  }

  /** Yields the imports of a file and of all that it imports. */
  *importsOf(
    root: string,
  ): Generator<readonly [file: string, found: GraphImport]> {
    const files = new Set([root]);
    for (const file of files) {
      for (const found of this.#importsIn(file)) {
        yield [file, found];
        const target = found.code?.specifier;
        if (target !== undefined) files.add(this.resolve(target));
      }
    }
  }

  /** Follows redirects. */
  resolve(specifier: string): string {
    let url = specifier;
    for (let i = 0; i < MAX_REDIRECTS; i++) {
      const next = this.#info.redirects?.[url];
      if (next === undefined) break;
      url = next;
    }
    return url;
  }

  #importsIn(file: string): readonly GraphImport[] {
    return this.#files.get(file)?.dependencies ?? [];
  }
}

function isProgram(root: string): boolean {
  return root.startsWith(PROGRAM);
}
