import type { Attempt, AttemptGroup } from "../attempt.ts";
import process from "node:process";
import { untilEnded } from "./until_ended.ts";

const ALONE = { alone: true, uncontrolled: true } as const;
const MEBIBYTE = 2 ** 20;
/**
 * MiB that exceed the memory limit of the guest and do not harm the machine.
 */
const TOO_MUCH = 384;

/**
 * Attempts to exit, to block a thread, and to use up memory and processor time.
 * Other guests and the host must keep running.
 */
export const ends: AttemptGroup = {
  title: "Exits, endless loops and resource use",
  attempts: [
    {
      name: "exits with Deno.exit",
      ...ALONE,
      attempt: () => Deno.exit(3),
    },
    contained("exits with process.exit", () => process.exit(3), "refused"),
    {
      name: "closes its worker with self.close",
      ...ALONE,
      attempt: () => close(),
    },
    {
      name: "kills its own process with Deno.kill",
      ...ALONE,
      attempt: () => Deno.kill(Deno.pid, "SIGKILL"),
    },
    contained(
      "kills its own process with process.kill",
      () => process.kill(process.pid, "SIGKILL"),
      "refused",
    ),
    contained("aborts with process.abort", () => process.abort(), "refused"),
    {
      ...contained("runs an endless loop", () => {
        for (;;);
      }),
      worker: "open",
      why: "the host abandons the worker and its module fails, while other " +
        "modules continue; but the thread of the worker keeps a core busy " +
        "until the process of the host ends",
      afterwards: "looks at its load",
    },
    contained("blocks its thread", () => {
      const { buffer } = new WebAssembly.Memory({
        initial: 1,
        maximum: 1,
        shared: true,
      });
      Atomics.wait(new Int32Array(buffer), 0, 0);
    }),
    contained("recurses without end", function deeper(): unknown {
      return [deeper()];
    }, "refused"),
    {
      ...endsHost("fills the heap", () => {
        const kept: number[][] = [];
        for (;;) kept.push(new Array<number>(MEBIBYTE).fill(0.5));
      }),
      heartbeat: 60, // on a busy machine, this takes longer than 3 s
    },
    {
      ...contained("fills memory outside the heap", async () => {
        const kept: Uint8Array[] = [];
        while (kept.length < TOO_MUCH) {
          kept.push(new Uint8Array(MEBIBYTE).fill(1));
          if (kept.length % 8 === 0) await turn(10);
        }
        return `${TOO_MUCH} MiB`;
      }),
      worker: "open",
      why: "a worker shares the memory of its process: `limits.memory` " +
        "applies to processes only",
    },
    contained("starts 100,000 timers", async () => {
      for (let i = 0; i < 100_000; i++) setTimeout(() => {}, 60_000);
      await turn();
    }),
    {
      ...contained("queues microtasks without end", () => {
        const again = () => queueMicrotask(again);
        again();
      }),
      worker: "open",
      why: "its thread keeps a core busy, as with an endless loop",
      afterwards: "looks at its load",
    },
    contained("leaves a rejection unhandled", async () => {
      Promise.reject(new Error("unhandled"));
      await untilEnded();
    }),
    contained("throws in a timer", async () => {
      setTimeout(() => {
        throw null;
      });
      await untilEnded();
    }),
    {
      name: "throws null",
      uncontrolled: true,
      attempt: () => Promise.reject(null),
    },
    {
      name: "ignores SIGINT with Deno.addSignalListener",
      ...ALONE,
      attempt: () => Deno.addSignalListener("SIGINT", () => {}),
      afterwards: "interrupts itself",
    },
    {
      name: "ignores SIGINT with node:process",
      ...ALONE,
      worker: "contained",
      process: "contained",
      why: "process.on has no effect in a guest",
      attempt: () => void process.on("SIGINT", () => {}),
      afterwards: "interrupts itself",
    },
  ],
};

/** Attempts to fail while the module is loaded. */
export const starts: AttemptGroup = {
  title: "Loading",
  attempts: [
    loading("has a syntax error", "export default {"),
    loading("throws null at top level", "throw null; export default 1;"),
    loading("rejects at top level", "export default await Promise.reject(1);"),
    loading(
      "awaits without end at top level",
      "await new Promise(() => {}); export default 1;",
      "contained",
    ),
    {
      ...loading(
        "runs an endless loop at top level",
        "for (;;); export default 1;",
        "contained",
      ),
      worker: "open",
      why: "as above, its thread keeps a core busy",
      afterwards: "looks at its load",
    },
    {
      ...loading(
        "fills memory outside the heap while it is loaded",
        `const kept = [];
         for (let i = 0; i < ${TOO_MUCH}; i++) {
           kept.push(new Uint8Array(${MEBIBYTE}).fill(1));
           if (i % 8 === 0) await new Promise((go) => setTimeout(go, 10));
         }
         export default kept.length + " MiB";`,
        "contained",
      ),
      startDeadline: 60,
      worker: "open",
      why: "as above, a worker shares the memory of its process",
    },
  ],
};

function contained(
  name: string,
  attempt: () => unknown,
  result: "contained" | "refused" = "contained",
): Attempt {
  return { name, ...ALONE, worker: result, process: result, attempt };
}

/** Creates an attempt that a process contains and a worker does not. */
function endsHost(name: string, attempt: () => unknown): Attempt {
  return {
    ...contained(name, attempt),
    worker: "open",
    why: "the worker ends the process of its host",
  };
}

function loading(
  name: string,
  module: string,
  result: "refused" | "contained" = "refused",
): Attempt {
  const startDeadline = result === "contained" ? { startDeadline: 4 } : {};
  return {
    ...{ name, ...ALONE, ...startDeadline, module },
    worker: result,
    process: result,
  };
}

function turn(time = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}
