import process from "node:process";

/**
 * Members of `Deno` that a guest keeps: those that permissions control, and
 * those that affect only the guest itself.
 */
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

/**
 * Globals that would let code leave its guest, or reach other guests,
 * regardless of its permissions.
 */
const REMOVED = [
  ...["BroadcastChannel", "Cache", "CacheStorage", "EventSource"],
  ...["SharedArrayBuffer", "Worker", "caches", "close", "importScripts"],
  ...["localStorage", "sessionStorage", "onmessage", "postMessage"],
  ...["alert", "confirm", "prompt", "name", "nodeBootstrap"],
] as const;

/**
 * Removes or replaces the globals that the module of this guest must not reach.
 * Trusted code calls it before the module's code runs.
 */
export function restrictGlobals(): void {
  replace(globalThis, "Deno", keptOf(Deno));
  replace(globalThis, "process", restrictedProcess());
  for (const name of REMOVED) remove(globalThis, name);
  for (const name of REMOVED_OF_PROCESS) remove(process, name);
  for (const name of ["locks", "gpu", "serviceWorker"]) {
    if ("navigator" in globalThis) remove(navigator, name);
  }
}

/**
 * Returns the kept members of `Deno`. Members that Deno loads at first access
 * stay unloaded: its server takes 2 ms, and few guests use one.
 */
function keptOf(whole: typeof Deno): object {
  const kept = Object.create(null);
  for (const name of KEPT) {
    const known = Object.getOwnPropertyDescriptor(whole, name);
    if (known === undefined) continue;
    const { get, value } = known;
    // A wrapper of the getter could be made to hand over `whole`.
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

/** Removes a property from an object and from its prototypes. */
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

type Process = typeof process;

/**
 * Members of `process` that packages from npm read, and members that affect
 * only the guest itself.
 */
const KEPT_OF_PROCESS = [
  ...["arch", "argv", "argv0", "config", "env", "execArgv", "features"],
  ...["pid", "platform", "release", "title", "version", "versions"],
  ...["cwd", "emitWarning", "hrtime", "memoryUsage", "nextTick", "uptime"],
] as const;
/**
 * Members of the object that `require("process")` returns and that lead out of
 * a guest. Parts of Deno use that object, so the others stay.
 */
const REMOVED_OF_PROCESS = [
  ...["getBuiltinModule", "binding", "_linkedBinding", "dlopen", "mainModule"],
  ...["exit", "reallyExit", "abort", "kill", "_kill", "execve", "loadEnvFile"],
  ...["_debugProcess", "_debugEnd", "openStdin", "stdin", "stdout", "stderr"],
  ...["chdir", "umask", "setuid", "setgid", "seteuid", "setegid", "_eval"],
  ...["getActiveResourcesInfo", "_getActiveHandles", "_getActiveRequests"],
  ...["_rawDebug", "setUncaughtExceptionCaptureCallback", "_fatalException"],
] as const;
/**
 * Members of `process` without effect: the host handles signals, and the bridge
 * reports the end of a guest.
 */
const DEAF = ["on", "once", "off", "addListener", "removeListener", "emit"];

/**
 * Returns the `process` of a guest. Many packages, and parts of Deno itself, do
 * not work without a `process`.
 */
export function restrictedProcess(): Process {
  const kept: Record<string, unknown> = {};
  for (const name of KEPT_OF_PROCESS) {
    Object.defineProperty(kept, name, {
      get: () => bound(process[name as keyof Process]),
      enumerable: true,
    });
  }
  for (const name of DEAF) kept[name] = () => kept;
  return Object.freeze(kept) as unknown as Process;
}

function bound(value: unknown): unknown {
  if (typeof value !== "function") return value;
  return Object.assign(value.bind(process), { ...value });
}
