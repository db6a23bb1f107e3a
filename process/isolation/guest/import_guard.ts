import nodeModule, { registerHooks } from "node:module";
import workerThreads from "node:worker_threads";

/** What starts code beyond this guard, with globals that nothing was taken from. */
const REFUSED = ["node:worker_threads", "worker_threads", "node:cluster"];
/** What code of a module could set up hooks of its own with, in front of these. With `require` it comes without them. */
const HOOKS = ["node:module", "module"];
/** In place of that: Deno goes on as if nothing was said where a hook throws at a part of Node that it has loaded. */
const HARMLESS = "node:string_decoder";
/** Where a name alone tells somebody something: Deno looks up what stands in such code before anybody is asked. */
const FAR = ["npm:", "jsr:", "http:", "https:", "data:", "blob:"];
const CODE = [".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"];
/** Packages from npm may read their own files, as Deno has it. */
const INSTALLED = ["/node_modules/", "/deno/npm/", "/npm/registry.npmjs.org/"];

/** Standard modules load late what they don't always need; what they name is in their text. */
const OWN = ownPackages();

// All that the guard uses is taken while nobody can have changed it: the module's code may replace what prototypes hold.
const { call } = Function.prototype;
const uncurried = <This, Arguments extends unknown[], Result>(
  method: (this: This, ...values: Arguments) => Result,
): (self: This, ...values: Arguments) => Result => call.bind(method);
const startsWith = uncurried(String.prototype.startsWith);
const endsWith = uncurried(String.prototype.endsWith);
const includes = uncurried(String.prototype.includes);
const indexOf = uncurried(String.prototype.indexOf);
const slice = uncurried(String.prototype.slice);
const { URL: Url, TypeError: Refusal, Deno: { permissions } } = globalThis;
const query = permissions.querySync.bind(permissions);
const stateOf = uncurried(stateGetter());

let sealed = false;

/**
 * Watches over what is imported from now on.
 *
 * Deno asks for no permission for what stands in a literal import, of any file, and none for npm: and jsr:, whose names are then
 * looked up at a registry. So what isn't code needs the permission to read; and once {@linkcode sealImports} was called, no code
 * comes from where the module may write, and nothing from a registry or a host.
 */
export function guardImports(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const wanted = `${specifier}`; // once: hooks of the module may pass on anything
      check(wanted, REFUSED, equals);
      if (!forRequire(context) && some(wanted, HOOKS, equals)) {
        return next(HARMLESS, context);
      }
      const own = some(`${context.parentURL}`, OWN, startsWith);
      if (sealed && !own) check(wanted, FAR, startsWith);
      const result = next(wanted, context);
      const url = `${result.url}`;
      if (sealed && !own) check(url, FAR, startsWith);
      checkFile(url, context.importAttributes?.type);
      return result;
    },
  });
  // What `require` and `process.getBuiltinModule` give.
  strip(workerThreads, Object.keys(workerThreads));
  strip(nodeModule, ["registerHooks", "register"]);
}

/** Called when all that the module's files import is there, and none of their code has run. */
export function sealImports(): void {
  sealed = true;
}

/** Whether Deno's own rules for files are enough. */
function checkFile(whole: string, type: string | undefined): void {
  const url = cut(cut(whole, "#"), "?"); // what follows names no file
  if (!startsWith(url, "file:") || some(url, INSTALLED, includes)) return;
  if (type === undefined && some(url, CODE, endsWith)) {
    if (!sealed || !isGranted("write", url)) return;
    throw new Refusal(
      `"${url}" can't be imported while an isolated module runs that may ` +
        "write it (import it at the top of a file)",
    );
  }
  if (isGranted("read", url)) return;
  throw new Refusal(
    `"${url}" is imported as data, and not granted (add it to read of the ` +
      "module)",
  );
}

function check(
  name: string,
  refused: readonly string[],
  matches: (name: string, refused: string) => boolean,
): void {
  if (!some(name, refused, matches)) return;
  throw new Refusal(
    `"${name}" can't be imported by an isolated module` +
      (sealed ? " while it runs (import it at the top of a file)" : ""),
  );
}

function some(
  name: string,
  parts: readonly string[],
  matches: (name: string, part: string) => boolean,
): boolean {
  for (let i = 0; i < parts.length; i++) {
    if (matches(name, parts[i]!)) return true;
  }
  return false;
}

function cut(text: string, mark: string): string {
  const at = indexOf(text, mark);
  return at < 0 ? text : slice(text, 0, at);
}

function equals(one: string, other: string): boolean {
  return one === other;
}

function isGranted(name: "read" | "write", url: string): boolean {
  return stateOf(query({ name, path: new Url(url) })) === "granted";
}

function forRequire(context: object): boolean {
  const { conditions } = context as { conditions: readonly string[] };
  return some("require", conditions, equals);
}

function strip(target: object, names: readonly string[]): void {
  for (const name of names) Reflect.deleteProperty(target, name);
}

/** Beside this one, in a checkout or at a registry. */
function ownPackages(): string[] {
  const [, scope] =
    import.meta.url.match(/^(.*\/)process\/(?:\d[^/]*\/)?isolation\/guest\//) ??
      [];
  return scope === undefined ? [] : [`${scope}modules/`, `${scope}sdk/`];
}

function stateGetter(): (this: Deno.PermissionStatus) => Deno.PermissionState {
  const status = permissions.querySync({ name: "read" });
  const { get } = Object.getOwnPropertyDescriptor(
    Object.getPrototypeOf(status),
    "state",
  ) ?? {};
  if (get === undefined) throw new Error("A permission has no state");
  return get;
}
