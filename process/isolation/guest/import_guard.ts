import nodeModule, { registerHooks } from "node:module";
import * as processExports from "node:process";
import process from "node:process";
import workerThreads from "node:worker_threads";
import { canonicalPath, canonicalSpecifier } from "./canonical_url.ts";
import { importableBuiltins } from "./builtin_modules.ts";
import { restrictSqlite } from "./restricted_sqlite.ts";
import {
  encodeURIComponent,
  endsWith,
  equals,
  indexOf,
  lastIndexOf,
  slice,
  some,
  startsWith,
  TypeError,
} from "./taken_intrinsics.ts";

// A refused import is a TypeError, as HTML demands of one that cannot be
// resolved. A running module could replace the methods of a coded error.

/**
 * Schemes that a running module may not import: a name alone can leak data to a
 * registry or host, and Deno resolves some code before it calls a hook.
 */
const REMOTE = ["npm:", "jsr:", "http:", "https:", "data:", "blob:"];
const CODE = [".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"];
/**
 * Folders of packages from npm: Deno reads their files without a permission.
 */
const INSTALLED = ["/node_modules/", "/npm/registry.npmjs.org/"];
/**
 * Members of `node:module` that load code or files without calling the hooks.
 * The loader of Deno itself needs the other members.
 */
const LOADERS = [
  ...["createRequire", "registerHooks", "register", "runMain"],
  ...["syncBuiltinESMExports", "findPackageJSON", "findSourceMap"],
  ...["getBuiltinModule", "_initPaths", "_preloadModules"],
];

const TRUSTED = trustedFolders();
const { keys } = Object;
const { stringify } = JSON;
const { deleteProperty: remove } = Reflect;
const getBuiltinModule = process.getBuiltinModule.bind(process);
const BUILTINS = nodeModule.builtinModules.map(nameOf);
const PROCESS_EXPORTS = keys(processExports).filter((key) => key !== "default");
/** Names of the exports before some are removed. */
const MODULE_EXPORTS = keys(nodeModule);

let sealed = false;

/** Options of {@linkcode guardImports}. */
export interface GuardOptions {
  /** Kinds of resources that the module is granted, such as `net`. */
  readonly grants: readonly string[];
  /** True if a sealed graph answers all imports but those of Node.js. */
  readonly hasGraph?: boolean;
}

/**
 * Checks all imports of code that is not trusted from now on.
 *
 * Modules of Node.js come from an allow list; another one is replaced by
 * functions that throw. With a sealed graph, the loader checks everything else.
 *
 * Without one, Deno asks for no permission for a literal import of any file,
 * and for none for `npm:` and `jsr:`, whose names are then looked up at a
 * registry. So a module imports no data. Once {@linkcode sealImports} is called
 * it imports nothing: a literal import cannot be distinguished from a computed
 * one. Packages still load their own parts, and other packages by name.
 */
export function guardImports(
  { grants, hasGraph = false }: GuardOptions,
): void {
  const allowed = importableBuiltins(grants);
  const stubs = new Map<string, string>();
  const stubOf = (name: string) => {
    const known = stubs.get(name);
    if (known !== undefined) return known;
    const stub = name === "process" ? processStub() : builtinStub(name);
    stubs.set(name, stub);
    return stub;
  };
  registerHooks({
    resolve(specifier, context, next) {
      const { parentURL, importAttributes } = context;
      const parent = `${parentURL}`;
      const required = isRequire(context);
      // code may claim any place for what it requires
      if (!required && some(parent, TRUSTED, startsWith)) {
        return next(specifier, context);
      }
      // once: `specifier` may be an object that changes
      const written = `${specifier}`;
      const wanted = canonicalSpecifier(written);
      const named = builtinName(wanted, required);
      const builtin = (name: string) => {
        if (some(name, allowed, equals) && (required || name !== "process")) {
          if (name === "sqlite") restrictSqlite();
          return next(`node:${name}`, context);
        }
        if (required) {
          return next(name === "worker_threads" ? THREADS : empty(), context);
        }
        if (some(name, STARTED, equals)) throw new TypeError(refusal(name));
        return { url: stubOf(name), shortCircuit: true };
      };
      if (named !== undefined) return builtin(named);
      if (sealed) checkScheme(wanted);
      const result = next(hasGraph ? written : wanted, context);
      const url = canonicalSpecifier(`${result.url}`);
      const resolved = builtinName(url, required);
      if (resolved !== undefined) return builtin(resolved);
      if (hasGraph) return result;
      if (sealed) checkScheme(url);
      if (startsWith(url, "file:")) {
        checkFile({
          url,
          parent,
          type: importAttributes?.type,
          required,
          isName: !startsWith(wanted, ".") && !startsWith(wanted, "/") &&
            !startsWith(wanted, "file:"),
        });
      }
      return result;
    },
  });
  strip(
    workerThreads,
    keys(workerThreads).filter((name) => !MARKS.includes(name)),
  );
  strip(nodeModule, LOADERS);
}

/**
 * Applies the stricter rules of {@linkcode guardImports} from now on. It is
 * called when everything that the module imports is loaded, and before any of
 * its code runs.
 */
export function sealImports(): void {
  sealed = true;
}

/**
 * Modules that Deno has loaded before a hook is called: it ignores another URL
 * for them, and obeys an error. For the others it ignores an error.
 */
const STARTED = ["worker_threads"];
/**
 * Module that `require` returns for other modules. It is emptied at first use.
 */
const EMPTY = "node:trace_events";
const THREADS = "node:worker_threads";
/** Functions of threads that start none; `undici` needs them. */
const MARKS = [
  ...["markAsUncloneable", "markAsUntransferable"],
  "isMarkedAsUntransferable",
];

interface ImportedFile {
  readonly url: string;
  readonly parent: string;
  readonly type: string | undefined;
  /** True for `require`: the place of the importing code is not known then. */
  readonly required: boolean;
  /** True if a package name was resolved, not a path. */
  readonly isName: boolean;
}

/**
 * Empties the module at first use: loading it takes milliseconds, and most
 * guests do not need it.
 */
function empty(): string {
  const builtin = getBuiltinModule(EMPTY)!;
  strip(builtin, keys(builtin));
  return EMPTY;
}

/** Throws unless the importing code may have the file. */
function checkFile(
  { url, parent, type, required, isName }: ImportedFile,
): void {
  const path = canonicalPath(url);
  if (path === undefined) {
    throw new TypeError(
      `Cannot import "${url}" in an isolated module: its path is not in ` +
        "canonical form",
    );
  }
  const root = packageOf(path);
  if (root !== undefined) {
    if (required || !sealed && type === undefined) return;
    const own = packageOfUrl(parent);
    if (own !== undefined && (isName || root === own)) return;
  } else if (!sealed && type === undefined && some(path, CODE, endsWith)) {
    return;
  }
  throw new TypeError(
    sealed
      ? `Cannot import "${url}" while an isolated module runs whose code is ` +
        "not sealed (import it at the top of a file)"
      : `Cannot import "${url}" as data in an isolated module whose code is ` +
        "not sealed (let caryatid run start the process)",
  );
}

function checkScheme(name: string): void {
  if (!some(name, REMOTE, startsWith)) return;
  throw new TypeError(
    `Cannot import "${name}" while an isolated module runs (import it at the ` +
      "top of a file)",
  );
}

/**
 * Returns the folder of the npm package that a path is in: the name that
 * follows the last folder of packages, and for Deno's cache its version.
 */
function packageOf(path: string): string | undefined {
  let start = -1;
  let inCache = false;
  for (let i = 0; i < INSTALLED.length; i++) {
    const at = lastIndexOf(path, INSTALLED[i]!);
    if (at < 0 || at + INSTALLED[i]!.length <= start) continue;
    start = at + INSTALLED[i]!.length;
    inCache = i === 1;
  }
  if (start < 0) return undefined;
  let segments = (path[start] === "@" ? 2 : 1) + (inCache ? 1 : 0);
  let end = start;
  for (; segments > 0; segments--) {
    const length = indexOf(slice(path, end), "/");
    if (length < 0) return path;
    end += length + 1;
  }
  return slice(path, 0, end);
}

function packageOfUrl(url: string): string | undefined {
  if (!startsWith(url, "file:")) return undefined;
  const path = canonicalPath(url);
  return path === undefined ? undefined : packageOf(path);
}

/**
 * Returns the name of a module of Node.js without `node:`. A name without the
 * scheme is one only for `require`: the import map may know an imported one.
 */
function builtinName(name: string, required: boolean): string | undefined {
  if (startsWith(name, "node:")) return nameOf(name);
  return required && some(name, BUILTINS, equals) ? name : undefined;
}

function nameOf(name: string): string {
  return startsWith(name, "node:") ? slice(name, 5) : name;
}

/** Returns the URL of code with the same exports, whose functions throw. */
function builtinStub(name: string): string {
  if (!some(name, BUILTINS, equals)) {
    throw new TypeError(
      `Cannot import "node:${name}": Node.js has no such module`,
    );
  }
  const reason = stringify(refusal(name));
  const names = name === "module"
    ? MODULE_EXPORTS
    : keys(getBuiltinModule(`node:${name}`)!);
  let code = `function refuse(){throw new TypeError(${reason})}`;
  let all = "";
  for (let i = 0; i < names.length; i++) {
    const key = names[i]!;
    if (key === "default") continue;
    code += `export{refuse as ${key}};`;
    all += `${key}:refuse,`;
  }
  return codeUrl(`${code}export default{${all}};`);
}

function refusal(name: string): string {
  return `Cannot use "node:${name}" in an isolated module: its permissions do ` +
    "not allow this module of Node.js";
}

/** Returns the URL of code that exports the restricted `process`. */
function processStub(): string {
  let code = "const own=globalThis.process;export default own;";
  for (let i = 0; i < PROCESS_EXPORTS.length; i++) {
    const key = PROCESS_EXPORTS[i]!;
    code += `export const ${key}=own.${key};`;
  }
  return codeUrl(code);
}

function codeUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

function isRequire(context: object): boolean {
  const { conditions } = context as { conditions: readonly string[] };
  return some("require", conditions, equals);
}

function strip(target: object, names: readonly string[]): void {
  for (let i = 0; i < names.length; i++) remove(target, names[i]!);
}

/**
 * Returns where the packages of Caryatid are, in a checkout or at a registry:
 * their code loads late what it does not always need.
 */
function trustedFolders(): string[] {
  const [, scope, version] = import.meta.url.match(
    /^(.*\/)process\/(\d[^/]*\/)?isolation\/guest\//,
  ) ?? [];
  if (scope === undefined) return [];
  const own = `${scope}process/${version ?? ""}`;
  return [
    ...[`${scope}modules/`, `${scope}sdk/`, `${own}platform/`],
    ...["guest", "wire"].map((room) => `${own}isolation/${room}/`),
  ];
}
