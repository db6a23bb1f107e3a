import process from "node:process";

type Process = typeof process;

/** What packages from npm look at, and what touches nothing but its own guest. */
const KEPT = [
  ...["arch", "argv", "argv0", "config", "env", "execArgv", "features"],
  ...["pid", "platform", "release", "title", "version", "versions"],
  ...["cwd", "emitWarning", "hrtime", "memoryUsage", "nextTick", "uptime"],
] as const;
/** Signals are for the host, and the end of a guest is told by the bridge. */
const DEAF = ["on", "once", "off", "addListener", "removeListener", "emit"];

/** The `process` of a guest: many packages, and parts of Deno itself, don't work where there is none. */
export function harmlessProcess(): Process {
  const kept: Record<string, unknown> = {};
  for (const name of KEPT) {
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
