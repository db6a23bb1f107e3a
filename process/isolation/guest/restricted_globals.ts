import { harmlessProcess } from "./harmless_process.ts";

/** What of `Deno` a guest keeps: what permissions decide on, and what touches nothing but itself. */
const KEPT = [
  ...["build", "version", "errors", "inspect", "Conn", "FsFile", "env"],
  ...["open", "openSync", "create", "createSync", "readFile", "readFileSync"],
  ...["readTextFile", "readTextFileSync", "readDir", "readDirSync"],
  ...["readLink", "readLinkSync", "realPath", "realPathSync", "stat"],
  ...["statSync", "lstat", "lstatSync", "writeFile", "writeFileSync"],
  ...["writeTextFile", "writeTextFileSync", "mkdir", "mkdirSync"],
  ...["makeTempDir", "makeTempDirSync", "makeTempFile", "makeTempFileSync"],
  ...["remove", "removeSync", "rename", "renameSync", "copyFile"],
  ...["copyFileSync", "truncate", "truncateSync", "watchFs", "SeekMode"],
  ...["connect", "connectTls", "startTls", "listen", "listenTls", "serve"],
  ...["resolveDns", "upgradeWebSocket", "createHttpClient", "HttpClient"],
] as const;

/** What lets code out of its guest, or to other guests, whatever its permissions. */
const REMOVED = [
  ...["BroadcastChannel", "Cache", "CacheStorage", "EventSource"],
  ...["SharedArrayBuffer", "Worker", "caches", "close", "importScripts"],
  ...["localStorage", "sessionStorage", "onmessage", "postMessage"],
  ...["alert", "confirm", "prompt", "name", "nodeBootstrap"],
] as const;

/** Takes from this guest what its module must not reach. Trusted code runs it before the module's. */
export function restrictGlobals(): void {
  replace(globalThis, "Deno", keptOf(Deno));
  replace(globalThis, "process", harmlessProcess());
  for (const name of REMOVED) remove(globalThis, name);
  for (const name of ["locks", "gpu", "serviceWorker"]) {
    if ("navigator" in globalThis) remove(navigator, name);
  }
}

/** What Deno itself loads at the first look stays unloaded: its server takes 2 ms, and few guests have one. */
function keptOf(whole: typeof Deno): object {
  const kept = Object.create(null);
  for (const name of KEPT) {
    const known = Object.getOwnPropertyDescriptor(whole, name);
    if (known === undefined) continue;
    const { get, value } = known;
    // Its own getter: one that calls it could be made to hand over `whole`.
    const property = get ? { get } : { value };
    Object.defineProperty(kept, name, { ...property, enumerable: true });
  }
  return Object.freeze(kept);
}

function replace(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, {
    value,
    writable: false,
    enumerable: true,
    configurable: false,
  });
}

/** Also where it is inherited. */
function remove(target: object, name: string): void {
  for (
    let holder: object | null = target;
    holder;
    holder = Object.getPrototypeOf(holder)
  ) {
    if (Object.hasOwn(holder, name) && !Reflect.deleteProperty(holder, name)) {
      replace(holder, name, undefined);
    }
  }
}
