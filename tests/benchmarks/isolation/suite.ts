import { byClock, type Case, type Suite } from "../harness.ts";
import type { Jail } from "../../../process/config/process_config.ts";
import { bareStream } from "./bare_stream.ts";
import { bareTurns } from "./bare_turns.ts";
import { type Isolation, startGuest } from "./guest.ts";
import { floods } from "./floods.ts";
import { rights } from "./rights.ts";

const PUBLISHES = 100_000;
const REQUESTS = 5_000;

/** Minimum rates per second, set for each kind. */
const GOALS = {
  worker: { publishes: 500_000, requests: 30_000 },
  process: { publishes: 100_000, requests: 10_000 },
} as const;

/** Modules in workers and in separate processes. */
export const isolation: Suite = {
  name: "isolation",
  about:
    "modules in a worker or a process, compared with postMessage or pipes; topic rights",
  minutes: 2,
  cases: [
    ...(["worker", "process"] as const).flatMap((kind) => [
      publishes(kind),
      requests(kind),
      start(kind),
      memory(kind),
    ]),
    jailedStart(),
    ...byClock("thread", rights),
    ...floods,
  ],
  note: "a guest publishes 256 at a time; it and its host share the cores",
};

function publishes(kind: Isolation): Case {
  return {
    name: `${kind}-publishes`,
    unit: "/s",
    run: async () => ({
      ours: await asked(kind, "publish", PUBLISHES),
      stream: await bareStream(kind, PUBLISHES),
    }),
    ratio: ["ours", "stream"],
    goals: [{ of: "ours", least: GOALS[kind].publishes }],
    remark: "publishes of a guest, accepted by the bus of its host; ratio " +
      "to a bare stream of 32 bytes each",
  };
}

function requests(kind: Isolation): Case {
  return {
    name: `${kind}-requests`,
    unit: "/s",
    run: async () => ({
      ours: await asked(kind, "ask", REQUESTS),
      turns: await bareTurns(kind, REQUESTS),
    }),
    ratio: ["ours", "turns"],
    goals: [{ of: "ours", least: GOALS[kind].requests }],
    remark: "one after the other, a guest asks a handler at its host; " +
      "ratio to bare turns of 32 bytes",
  };
}

function start(kind: Isolation): Case {
  return {
    name: `${kind}-start`,
    unit: "ms",
    async run() {
      const began = performance.now();
      await using _ = await startGuest(kind);
      const ours = performance.now() - began;
      return { ours, empty: await emptyProgram() };
    },
    ratio: ["ours", "empty"],
    goals: [{ of: "ours", most: 50 }],
    remark: "until the module receives; ratio to deno run of an empty file",
  };
}

/** Returns the time of `deno run` of an empty file, in milliseconds. */
async function emptyProgram(): Promise<number> {
  const began = performance.now();
  await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "data:application/javascript,"],
    stdin: "null",
  }).output();
  return performance.now() - began;
}

/** Compares the start of a guest in a jail and without one. */
function jailedStart(): Case {
  return {
    name: "jail-start",
    unit: "ms",
    async run() {
      return {
        ours: await timeOfStart("required"),
        unjailed: await timeOfStart("off"),
        empty: await emptyProgram(),
      };
    },
    ratio: ["ours", "empty"],
    remark: "until a module in a jail receives; ratio to deno run of an " +
      "empty file. It fails without bubblewrap",
  };
}

async function timeOfStart(jail: Jail): Promise<number> {
  const began = performance.now();
  await using _ = await startGuest("process", jail);
  return performance.now() - began;
}

/**
 * Memory of a guest: the resident memory of a process, or the growth of the
 * host for a worker.
 */
function memory(kind: Isolation): Case {
  return {
    name: `${kind}-memory`,
    unit: "MB",
    runs: 3,
    async run() {
      const before = await resident();
      await using _ = await startGuest(kind);
      return { ours: await resident() - before };
    },
    remark: "resident memory of this process and its children",
  };
}

/** Memory of this process and of the processes that it has started. */
async function resident(): Promise<number> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "rss=", "--pid", `${Deno.pid}`, "--ppid", `${Deno.pid}`],
  }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  return lines.reduce((sum, line) => sum + Number(line) * 1024, 0);
}

async function asked(
  kind: Isolation,
  what: "publish" | "ask",
  count: number,
): Promise<number> {
  await using guest = await startGuest(kind);
  guest.bus.handle("echo", ({ message }) => message);
  const options = { timeout: 60_000 };
  await guest.bus.request(what, count / 5, options); // warms up
  return await guest.bus.request(what, count, options) as number;
}
