import { CaryatidError } from "@caryatid/sdk";
import { endProcess } from "../../platform/end_process.ts";
import { MemoryWatch } from "../../platform/memory_watch.ts";
import { ModuleGraph, PROGRAM } from "./module_graph.ts";

/** Options of {@linkcode readGraph}. */
export interface GraphOptions {
  /** Flags of `deno run` that set how Deno resolves and loads imports. */
  readonly flags: readonly string[];
  /** The whole environment of Deno. */
  readonly env: Readonly<Record<string, string>>;
  /** Time that Deno may take, in milliseconds (10,000). */
  readonly deadline?: number;
}

/** Maximum resident memory of `deno info`, in bytes. */
const MAX_MEMORY = 512 * 2 ** 20;
/** Flag that `deno info` does not know. */
export const CACHED_ONLY = "--cached-only";
/**
 * Flags that are left out: the second would download code again that has been
 * checked.
 */
const OTHER_FLAGS = [CACHED_ONLY, "--reload"];
/** Proxy that does not exist: Deno then finds only what is in its cache. */
const OFFLINE = {
  HTTP_PROXY: "http://127.0.0.1:0",
  HTTPS_PROXY: "http://127.0.0.1:0",
  NO_PROXY: "",
};

/**
 * Reads everything that these specifiers import. No code runs. Downloads what
 * is missing, unless the flags have `--cached-only`.
 *
 * @throws {CaryatidError} `LOAD_FAILED` if Deno does not answer in time, or
 * refuses the code; then `cause` has the whole text of Deno
 */
export async function readGraph(
  specifiers: readonly string[],
  { flags, env, deadline = 10_000 }: GraphOptions,
): Promise<ModuleGraph> {
  const root = programOf(specifiers);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["info", "--json"],
      ...flags.filter((flag) => !OTHER_FLAGS.includes(flag)),
      root,
    ],
    clearEnv: true,
    env: {
      ...env,
      ...flags.includes(CACHED_ONLY) ? OFFLINE : undefined,
      NO_COLOR: "1",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let isEnded = false;
  const end = () => {
    isEnded = true;
    endProcess(child);
  };
  // It reads files that are imported as text: one may be a pipe or a device.
  const timer = setTimeout(end, deadline);
  using _watch = new MemoryWatch({
    pid: child.pid,
    most: MAX_MEMORY,
    onTooMuch: end,
  });
  const { success, stdout, stderr } = await child.output();
  clearTimeout(timer);
  if (success) {
    return new ModuleGraph(JSON.parse(new TextDecoder().decode(stdout)));
  }
  throw unreadable(isEnded ? undefined : new TextDecoder().decode(stderr));
}

/** Returns the error of code whose graph Deno cannot read. */
function unreadable(text: string | undefined): CaryatidError {
  const [, reason] = /^error: (.*)/m.exec(text ?? "") ?? [];
  return new CaryatidError(
    "LOAD_FAILED",
    "its imports cannot be read: " +
      (text === undefined
        ? "found code that Deno does not resolve in time; expected files that " +
          "are not pipes or devices"
        : `Deno reports ${reason ?? "no reason"}`),
    { cause: text },
  );
}

/** Returns true for a flag that names the configuration of Deno. */
export function isConfigFlag(flag: string): boolean {
  return /^--(no-)?config(=|$)/.test(flag);
}

/**
 * `deno info` takes one file, and a name as a path: several specifiers, or one
 * that the import map resolves, become a program.
 */
function programOf(specifiers: readonly string[]): string {
  const [first = ""] = specifiers;
  if (specifiers.length === 1 && first.startsWith("file:")) return first;
  const imports = specifiers.map((one) => `import${JSON.stringify(one)};`);
  return PROGRAM + encodeURIComponent(imports.join(""));
}
