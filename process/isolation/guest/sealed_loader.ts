/**
 * Loads the code of a guest from the sealed graph that its host sends first.
 * This file becomes the program of the guest, so it imports nothing but modules
 * of Node.js.
 *
 * @module
 */
import { registerHooks } from "node:module";

/** Form in which a file of a sealed graph is imported. */
export type SealedKind = "module" | "json" | "text";

/** All files that the code of a guest may import, as its host has read them. */
export interface SealedGraph {
  /** JavaScript, JSON and text by kind and URL. */
  readonly files: Readonly<
    Record<SealedKind, Readonly<Record<string, string>>>
  >;
  /**
   * Targets of literal imports by importing URL and specifier: a URL of
   * `files`, `node:…`, or `npm:…` with an exact version. The imports of the
   * program itself have the URL "".
   */
  readonly links: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Reasons why URLs cannot be imported. */
  readonly faults: Readonly<Record<string, string>>;
  /** URLs that the module may import by a computed specifier. */
  readonly computed: Readonly<Record<string, true>>;
  /** URLs of the folders with packages that the code imports. */
  readonly packages: readonly string[];
  /**
   * True if the packages are in the cache of the host. Then they are resolved
   * as they are written, like those of the host.
   */
  readonly isInPlace: boolean;
}

// The code of the module cannot replace these: they are taken before it runs.
const { hasOwn } = Object;
const { call } = Function.prototype;
const startsWith: (text: string, start: string) => boolean = call.bind(
  String.prototype.startsWith,
);
const slice: (text: string, start: number, end?: number) => string = call.bind(
  String.prototype.slice,
);
const indexOf: (text: string, part: string) => number = call.bind(
  String.prototype.indexOf,
);
const includes: (text: readonly string[], one: string) => boolean = call.bind(
  Array.prototype.includes,
);
const matches: (pattern: RegExp, text: string) => boolean = call.bind(
  RegExp.prototype.test,
);
const { URL, Error, TypeError, decodeURIComponent } = globalThis;
const PROGRAM = import.meta.url;
const STUB = "data:text/javascript,";

/** Characters in the paths of packages. An encoded one could hide a path. */
const PLAIN_PATH = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w@.~+\-/!$&'()*,;=:[\]]*$/;

/**
 * Reads the sealed graph from the standard input. From then on, every import
 * is answered from the graph alone, or refused.
 */
export function loadSealed(): void {
  const size = new DataView(readBytes(4).buffer).getUint32(0);
  const text = new TextDecoder().decode(readBytes(size));
  registerSealed(JSON.parse(text));
}

/**
 * Reads the sealed graph in a worker, whose host sends the graph as its first
 * message.
 */
export async function receiveSealed(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array>();
  const options = { once: true };
  addEventListener("message", (event) => {
    resolve((event as MessageEvent<Uint8Array>).data);
  }, options);
  const text = new TextDecoder().decode((await promise).subarray(4));
  registerSealed(JSON.parse(text));
}

/** Registers the hooks of a sealed graph. */
function registerSealed(graph: SealedGraph): void {
  const { files, links, faults, computed, packages, isInPlace } = graph;
  const inPackages = (url: string) => {
    for (let i = 0; i < packages.length; i++) {
      const folder = packages[i]!;
      if (!startsWith(url, folder)) continue;
      return matches(PLAIN_PATH, slice(url, folder.length));
    }
    return false;
  };
  const isLoadable = (url: string) =>
    startsWith(url, "node:") || inPackages(url);

  /** Returns undefined for an import that the graph does not have. */
  const targetOf = (name: string, parent: string) => {
    const literal = own(own(links, parent === PROGRAM ? "" : parent), name);
    if (literal !== undefined) return literal;
    const url = urlOf(name, parent);
    return own(computed, url) ? url : undefined;
  };

  registerHooks({
    resolve(specifier, context, next) {
      const name = `${specifier}`;
      const parent = `${context.parentURL}`;
      if (startsWith(name, "node:")) return next(name, context);
      const target = isRequire(context) ? undefined : targetOf(name, parent);
      const kind = context.importAttributes?.type ?? "module";
      if (target !== undefined && own(own(files, kind), target) === undefined) {
        const fault = own(faults, target);
        // HTML demands a TypeError for an import that cannot be resolved.
        if (fault !== undefined) throw new TypeError(fault);
      }
      if (target !== undefined && !startsWith(target, "npm:")) {
        return { url: target, shortCircuit: true };
      }
      const isOwn = target !== undefined || inPackages(parent) &&
          (!isPath(name) || inPackages(urlOf(name, parent)));
      if (!isOwn) throw refusal(name, parent);
      const written = isInPlace ? name : target ?? name;
      const url = `${next(written, context).url}`;
      if (!isLoadable(url)) throw refusal(name, parent);
      return { url, shortCircuit: true };
    },
    load(url, context, next) {
      const kind = context.importAttributes?.type ?? "module";
      const source = own(own(files, kind), url);
      if (source !== undefined) {
        return { format: kind, source, shortCircuit: true };
      }
      // Deno reads JSON that is required as code if a hook passes it on.
      const data = inPackages(url) ? own(files.json, url) : undefined;
      if (data !== undefined) {
        return { format: "json", source: data, shortCircuit: true };
      }
      // The guard of imports replaces modules of Node.js by such code.
      if (startsWith(url, STUB)) {
        const code = decodeURIComponent(slice(url, STUB.length));
        return { format: "module", source: code, shortCircuit: true };
      }
      if (isLoadable(url)) return next(url, context);
      throw refusal(url, "");
    },
  });
}

/** Returns a property, unless it is inherited. */
function own<T>(
  record: Readonly<Record<string, T>> | undefined,
  key: string,
): T | undefined {
  return record !== undefined && hasOwn(record, key) ? record[key] : undefined;
}

/** Returns the specifier itself if it is the name of a package. */
function urlOf(specifier: string, parent: string): string {
  try {
    return new URL(specifier, isPath(specifier) ? parent : undefined).href;
  } catch {
    return specifier;
  }
}

function isPath(specifier: string): boolean {
  return startsWith(specifier, ".") || startsWith(specifier, "/") ||
    startsWith(specifier, "file:");
}

function isRequire(context: object): boolean {
  const { conditions } = context as { conditions: readonly string[] };
  return includes(conditions, "require");
}

function refusal(specifier: string, parent: string): TypeError {
  const place = parent === "" ? "" : ` (from ${placeOf(parent)})`;
  return new TypeError(
    `Cannot import "${specifier}" in an isolated module: it is not in the ` +
      `sealed graph of its code${place}; import it by a literal specifier`,
  );
}

/** Returns the line of a running import, or the file of another one. */
function placeOf(parent: string): string {
  const { stack } = new Error();
  const start = typeof stack === "string" ? indexOf(stack, `${parent}:`) : -1;
  if (start < 0) return parent;
  let end = start + parent.length + 1;
  while (stack![end]! >= "0" && stack![end]! <= "9") end++;
  return slice(stack!, start, end);
}

function readBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const read = Deno.stdin.readSync(bytes.subarray(at));
    // The class of coded errors is part of the graph that is missing.
    if (read === null) throw new Error("The host has sent no sealed graph");
    at += read;
  }
  return bytes;
}
