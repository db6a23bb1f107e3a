import type { Case, Figures } from "../harness.ts";

/** Maximum time of a measured process, in milliseconds. */
const MAX_TIME = 120_000;
const PROGRAM = new URL("collector_down_program.ts", import.meta.url).pathname;

/** Exporting every span to an address where no collector listens. */
export const collectorDown: readonly Case[] = [
  {
    name: "collector-down",
    unit: "/s",
    run: async () => {
      const { on, off } = await measured("rate");
      return { on: on!, off: off! };
    },
    ratio: ["on", "off"],
    goals: [{ of: "ratio", least: 0.15 }],
    runs: 3,
    remark:
      "with [tracing] sample = 1 and 1,000 traces per second, and without",
  },
  {
    name: "collector-down-memory",
    unit: "MB",
    run: () => measured("memory"),
    ratio: ["after8", "after4"],
    goals: [{ of: "ratio", most: 1.1 }],
    runs: 1,
    remark:
      "resident memory after each 20,000 traced messages, without a limit",
  },
];

/** Measures in a process of Deno that exports to a closed port. */
async function measured(what: "rate" | "memory"): Promise<Figures> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--v8-flags=--expose-gc", PROGRAM, what],
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_DENO_CONSOLE: "ignore",
    },
    stderr: "null",
    signal: AbortSignal.timeout(MAX_TIME),
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`the measured program failed: ${text}`);
  return JSON.parse(text.trim().split("\n").at(-1)!);
}
