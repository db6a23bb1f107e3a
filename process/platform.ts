import { nodePlatform } from "./node_platform.ts";
import type { Platform, StopSignal } from "./platform_form.ts";

/** Of the files that every process loads, this one alone knows Deno. A file for it would take its part of a start. */
const denoPlatform: Platform = {
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
    // Windows knows only the first.
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
    await Deno.writeTextFile(unfinished, text);
    await Deno.rename(unfinished, path);
  },
  inspect: (value) => Deno.inspect(value),
};

/** Deno's own where there is Deno: `node:` modules would cost its start up to 3 ms each. */
export const platform: Platform = "Deno" in globalThis
  ? denoPlatform
  : nodePlatform;

/** Why a file can't be read, where there is a word for it; of errors of Deno's and of `node:fs`. */
export function fileFault(error: unknown): "absent" | "denied" | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && error.code === "ENOENT") return "absent";
  const isDenied = error.name === "NotCapable" ||
    "code" in error && (error.code === "EACCES" || error.code === "EPERM");
  return isDenied ? "denied" : undefined;
}

/** A file's stream would do, and takes 5 ms to load: a tenth of a start. */
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
