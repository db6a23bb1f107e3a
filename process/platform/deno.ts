import { nodePlatform } from "./node.ts";
import type { Platform, StopSignal } from "./types.ts";

/**
 * Platform of Deno. No other file that every process loads uses Deno directly.
 */
const denoPlatform: Platform = {
  checkVersion() {},
  get name() {
    return `Deno ${Deno.version.deno}`;
  },
  get colors() {
    return Deno.stdout.isTerminal() && !Deno.noColor;
  },
  get isWindows() {
    return Deno.build.os === "windows";
  },
  currentFolder: () => Deno.cwd(),
  get stopSignals(): readonly StopSignal[] {
    // Windows supports only the first.
    return this.isWindows ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  },
  isDeno: true,

  onSignal(signal, handler) {
    Deno.addSignalListener(signal, handler);
    return () => Deno.removeSignalListener(signal, handler);
  },

  onUncaught(fail) {
    const rejected = (event: PromiseRejectionEvent) => {
      event.preventDefault();
      fail(event.reason);
    };
    const thrown = (event: ErrorEvent) => {
      event.preventDefault();
      fail(event.error);
    };
    globalThis.addEventListener("unhandledrejection", rejected);
    globalThis.addEventListener("error", thrown);
    return () => {
      globalThis.removeEventListener("unhandledrejection", rejected);
      globalThis.removeEventListener("error", thrown);
    };
  },

  setExitCode(code) {
    Deno.exitCode = code;
  },
  exit: (code) => Deno.exit(code),

  isGranted(permission) {
    const { state, partial } = Deno.permissions.querySync(permission);
    return state === "granted" && !partial;
  },
  variables: () => Deno.env.toObject(),
  variable: (name) => Deno.env.get(name),
  readFile: (url) => chunksOf(url),

  async replaceFile(path, unfinished, text) {
    // Never through a link that another user has put there.
    const options = { createNew: true, mode: 0o600 };
    try {
      await Deno.writeTextFile(unfinished, text, options);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      if ((await Deno.lstat(unfinished)).isDirectory) throw error;
      await Deno.remove(unfinished); // left behind by a process that was killed
      await Deno.writeTextFile(unfinished, text, options);
    }
    await Deno.rename(unfinished, path);
  },
  inspect: (value) =>
    Deno.inspect(value, {
      strAbbreviateSize: Infinity,
      iterableLimit: Infinity,
    }),
};

/**
 * Platform of this program. On Deno, `node:` modules would lengthen a start by
 * up to 3 ms each.
 */
export const platform: Platform = "Deno" in globalThis
  ? denoPlatform
  : nodePlatform;

/**
 * Classifies an error of Deno or `node:fs` while reading a file.
 */
export function fileFault(error: unknown): "absent" | "denied" | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && error.code === "ENOENT") return "absent";
  const isDenied = error.name === "NotCapable" ||
    "code" in error && (error.code === "EACCES" || error.code === "EPERM");
  return isDenied ? "denied" : undefined;
}

/** Reads a file in chunks. The stream of a file would take 5 ms to load. */
async function* chunksOf(url: URL): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const file = await Deno.open(url);
  try {
    for (;;) {
      const chunk = new Uint8Array(64 * 1024);
      const length = await file.read(chunk);
      if (length === null) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    file.close();
  }
}
