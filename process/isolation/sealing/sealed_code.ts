import { CaryatidError } from "@caryatid/sdk";
import type { SealedGraph } from "../guest/sealed_loader.ts";
import { denoDirOf } from "./deno_dir.ts";
import type { ModuleGraph } from "./module_graph.ts";
import type { GraphOptions } from "./read_graph.ts";
import { isWasm, SealedFiles } from "./sealed_files.ts";
import {
  packagesInPlace,
  type SealedPackages,
  sealPackages,
} from "./sealed_packages.ts";

/** Specifiers of the code that a guest runs. */
export interface SealedRoots {
  /** First code of the guest, which imports nothing. */
  readonly loader: string;
  /** Code of Caryatid that the program imports. */
  readonly entry: string;
  /** The module or bus. */
  readonly module: string;
  /** True if the program also imports the module as text. */
  readonly pinned: boolean;
  /** True for a worker, which reads packages where its process has them. */
  readonly inWorker: boolean;
}

/** Sealed code as a guest receives it. */
export interface SealedProgram {
  /** JavaScript of the loader. */
  readonly loader: string;
  /** A {@linkcode SealedGraph}: its length in 4 bytes, and JSON. */
  readonly frame: Uint8Array<ArrayBuffer>;
}

/** Code of a guest as its host has read it. */
export interface SealedCode extends SealedProgram {
  /** Copies of the packages that the code imports. */
  readonly packages: SealedPackages | undefined;
  /** URLs of all files. */
  readonly urls: readonly string[];
  /** Hashes of the local files by URL. */
  readonly hashes: Readonly<Record<string, string>>;
  /** True if everything that the code imports could be sealed. */
  readonly isWhole: boolean;
}

/**
 * URL of the entry in a sealed graph. The program imports it late, and Deno
 * counts a late import of a file as a use of `read`.
 */
const ENTRY = "caryatid:entry";

/**
 * Reads each file of a graph once, and transpiles these texts. An import that
 * cannot be sealed fails in the guest, when it is imported.
 *
 * @throws {Error} if a package cannot be copied
 */
export async function sealCode(
  roots: SealedRoots,
  graph: ModuleGraph,
  options: GraphOptions,
): Promise<SealedCode> {
  const seal = new SealedFiles(graph);
  const loader = graph.rootOf(roots.loader) ?? roots.loader;
  seal.add(loader, "module");
  seal.addRoot(roots.entry, "module");
  const trusted = new Set(seal.urls);
  seal.addRoot(roots.module, "module");
  if (roots.pinned) seal.addRoot(roots.module, "text");
  const { files, faults } = await seal.contents(options, trusted);
  const packages = seal.packages.size === 0 || roots.inWorker
    ? undefined
    : await sealPackages(
      seal.packages,
      graph,
      `${await denoDirOf(options.env)}/caryatid`,
    );
  const readable = roots.inWorker
    ? packagesInPlace(seal.packages, graph)
    : { urls: packages ? [packages.url] : [], data: packages?.data };
  const code = files.module[loader];
  if (code === undefined) {
    const reason = faults[loader] ?? `"${loader}" cannot be read`;
    throw new CaryatidError("LOAD_FAILED", reason);
  }
  const entry = graph.rootOf(roots.entry);
  const nameOf = (url: string) => {
    if (url === entry) return ENTRY;
    const isScript = trusted.has(url) || isWasm(graph.file(url));
    return isScript ? scriptName(url) : url;
  };
  const sealed: SealedGraph = {
    files: {
      module: mapKeys(files.module, nameOf),
      json: { ...readable.data, ...files.json },
      text: files.text,
    },
    links: mapKeys(
      mapValues(seal.links, (targets) => mapValues(targets, nameOf)),
      nameOf,
    ),
    faults,
    computed: mapKeys(seal.computedBy(graph.rootOf(roots.module)), nameOf),
    packages: readable.urls,
    isInPlace: roots.inWorker,
  };
  return {
    loader: roots.inWorker ? `${code}${preparing(seal.ranges)}` : code,
    frame: frameOf(sealed),
    packages,
    urls: seal.urls,
    hashes: seal.hashes,
    isWhole: Object.keys(faults).length === 0,
  };
}

/**
 * Returns code that is never called: Deno prepares the packages of literal
 * imports, and a hook can resolve only a prepared package.
 */
function preparing(ranges: Iterable<string>): string {
  const imports = [...ranges].map((one) => `import(${JSON.stringify(one)})`);
  return `\nexport const prepared = () => [${imports.join()}];\n`;
}

/**
 * Names a file of Caryatid, or one of WebAssembly, as JavaScript. Deno takes 2
 * ms more for a module whose URL ends in ".ts", even if a hook supplies
 * JavaScript, and expects WebAssembly if it ends in ".wasm".
 */
function scriptName(url: string): string {
  return url.replace(/\.ts$/, ".js").replace(/\.wasm$/, ".wasm.js");
}

function mapKeys<T>(
  record: Readonly<Record<string, T>>,
  nameOf: (key: string) => string,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [nameOf(key), value]),
  );
}

function mapValues<T, U>(
  record: Readonly<Record<string, T>>,
  convert: (value: T) => U,
): Record<string, U> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, convert(value)]),
  );
}

/** Returns the length in 4 bytes, and JSON. */
function frameOf(graph: SealedGraph): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(graph));
  const frame = new Uint8Array(4 + text.length);
  new DataView(frame.buffer).setUint32(0, text.length);
  frame.set(text, 4);
  return frame;
}
