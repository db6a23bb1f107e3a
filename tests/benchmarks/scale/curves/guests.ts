import {
  type Isolation,
  type RunningGuest,
  startGuest,
} from "../../isolation/guest.ts";
import type { Curve } from "../curve.ts";

/** Memory of many guests. */
export const guests: Curve = {
  name: "guests",
  title: "Memory of N guests",
  x: "guests",
  y: "resident memory of all (MB)",
  sizes: [1, 2, 5, 10, 20, 50],
  best: "least",
  runs: 1,
  measure: async (count) => ({
    "in workers": await memory("worker", count),
    "in processes": await memory("process", count),
  }),
};

/** Each guest answers a request before the memory is read. */
async function memory(kind: Isolation, count: number): Promise<number> {
  const before = await resident(kind);
  const running: RunningGuest[] = [];
  try {
    for (let i = 0; i < count; i++) running.push(await startGuest(kind, "off"));
    await Promise.all(
      running.map(({ bus }) => bus.request("publish", 1, { timeout: 60_000 })),
    );
    return (await resident(kind) - before) / 1e6;
  } finally {
    for (const each of running) await each[Symbol.asyncDispose]();
  }
}

/**
 * Memory in bytes of the processes that this one has started, or of this
 * process for workers.
 */
async function resident(kind: Isolation): Promise<number> {
  (globalThis as { gc?: () => void }).gc?.();
  if (kind === "worker") return Deno.memoryUsage().rss;
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "rss=,comm=", "--ppid", `${Deno.pid}`],
  }).output();
  const lines = new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.trim() !== "" && !line.endsWith(" ps"));
  return lines.reduce((sum, line) => sum + parseInt(line) * 1024, 0);
}
