import type NodeProcess from "node:process";
import { CaryatidError } from "@caryatid/sdk";
import type { Platform } from "./types.ts";

/** Oldest supported version of Node.js. */
const OLDEST = 22;
/** Maximum delay of a timer, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/**
 * Platform of Node.js from version 22 and of Bun. They grant a program all
 * permissions of its user.
 *
 * Modules of Node are loaded by a call when needed: imports would lengthen the
 * start of Deno, which loads this file, too.
 */
export const nodePlatform: Platform = {
  checkVersion() {
    const { versions } = node();
    const [major = "0"] = versions.node.split(".");
    if (versions["bun"] || Number(major) >= OLDEST) return;
    throw new CaryatidError(
      "WRONG_VERSION",
      `Cannot run on "Node.js ${versions.node}": found version ${major}; ` +
        `expected ${OLDEST} or later`,
      { hint: `Install Node.js ${OLDEST} or later.` },
    );
  },

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
    // Unlike on Deno, a signal handler does not keep the program alive.
    const alive = setInterval(() => {}, LONGEST);
    return () => {
      clearInterval(alive);
      node().off(signal, handler);
    };
  },

  onUncaught(fail) {
    // The reader of a pipe may go away: `node main.js | head`. To log that
    // error would cause the next one.
    for (const stream of [node().stdout, node().stderr]) {
      if (!stream.listeners("error").includes(ignore)) {
        stream.on("error", ignore);
      }
    }
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
    await files.rm(unfinished, { force: true });
    // Never through a link that another user has put there meanwhile.
    await files.writeFile(unfinished, text, { flag: "wx", mode: 0o600 });
    await files.rename(unfinished, path);
  },

  inspect: (value) =>
    node().getBuiltinModule("node:util").inspect(value, {
      maxArrayLength: Infinity,
      maxStringLength: Infinity,
    }),
};

function ignore(): void {
  // The output has no reader; the process continues without it.
}

function node(): typeof NodeProcess {
  return (globalThis as unknown as { process: typeof NodeProcess }).process;
}
