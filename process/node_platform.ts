import type NodeProcess from "node:process";
import type { Platform } from "./platform_form.ts";

/** The longest that a timer can wait, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/**
 * Node.js from version 22, and Bun. It grants every program all that its user may do.
 *
 * Modules of Node are fetched when they are needed, by a call: imported, they would cost Deno's start, which loads this file too.
 */
export const nodePlatform: Platform = {
  get name() {
    const { versions } = node();
    return versions["bun"]
      ? `Bun ${versions["bun"]}`
      : `Node.js ${versions.node}`;
  },
  get colors() {
    const { env, stdout } = node();
    return stdout.isTTY === true && !env["NO_COLOR"];
  },
  get isWindows() {
    return node().platform === "win32";
  },
  currentFolder: () => node().cwd(),
  stopSignals: ["SIGINT", "SIGTERM"],
  isDeno: false,

  onSignal(signal, handler) {
    node().on(signal, handler);
    // Unlike on Deno, who waits for a signal is not kept alive by that.
    const alive = setInterval(() => {}, LONGEST);
    return () => {
      clearInterval(alive);
      node().off(signal, handler);
    };
  },

  onUncaught(fail) {
    node().on("unhandledRejection", fail).on("uncaughtException", fail);
    return () => {
      node().off("unhandledRejection", fail).off("uncaughtException", fail);
    };
  },

  setExitCode(code) {
    node().exitCode = code;
  },
  exit: (code) => node().exit(code),

  isGranted: () => true,
  variables: () => ({ ...node().env } as Record<string, string>),
  variable: (name) => node().env[name],

  readFile: (url) => node().getBuiltinModule("node:fs").createReadStream(url),

  async replaceFile(path, unfinished, text) {
    const files = node().getBuiltinModule("node:fs/promises");
    await files.writeFile(unfinished, text);
    await files.rename(unfinished, path);
  },

  inspect: (value) => node().getBuiltinModule("node:util").inspect(value),
};

function node(): typeof NodeProcess {
  return (globalThis as unknown as { process: typeof NodeProcess }).process;
}
