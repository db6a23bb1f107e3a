import type { Attempt, AttemptGroup } from "../attempt.ts";
import process from "node:process";
import { untilEnded } from "./until_ended.ts";

const ALONE = { alone: true, uncontrolled: true } as const;
const MEBIBYTE = 2 ** 20;
/** More than the 128 MiB that a guest may take here, less than what would harm the machine. */
const TOO_MUCH = 384;

/** Ways to end, to hold up and to eat up. Other guests and the host are to go on. */
export const ends: AttemptGroup = {
  title: "Ending, looping, eating",
  attempts: [
    {
      name: "ends by Deno.exit",
      ...ALONE,
      attempt: () => Deno.exit(3),
    },
    contained("ends by process.exit", () => process.exit(3), "refused"),
    {
      name: "ends by self.close",
      ...ALONE,
      attempt: () => close(),
    },
    {
      name: "ends by Deno.kill of its own process",
      ...ALONE,
      attempt: () => Deno.kill(Deno.pid, "SIGKILL"),
    },
    endsHost(
      "ends by process.kill of its own process",
      () => process.kill(process.pid, "SIGKILL"),
    ),
    {
      ...contained("ends by process.abort", () => process.abort()),
      worker: "refused",
    },
    {
      ...contained("loops for ever", () => {
        for (;;);
      }),
      worker: "open",
      why: "a worker that loops is given up and its module fails, others go " +
        "on; but its thread keeps a core busy until the whole process ends",
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
      heartbeat: 60, // a busy machine takes longer than 3 s
    },
    {
      ...contained("fills memory that isn't on the heap", async () => {
        const kept: Uint8Array[] = [];
        while (kept.length < TOO_MUCH) {
          kept.push(new Uint8Array(MEBIBYTE).fill(1));
          if (kept.length % 8 === 0) await turn(10);
        }
        return `${TOO_MUCH} MiB`;
      }),
      worker: "open",
      why: "the memory of a worker is that of its process: `limits.memory` " +
        "holds for processes",
    },
    contained("makes 100,000 timers", async () => {
      for (let i = 0; i < 100_000; i++) setTimeout(() => {}, 60_000);
      await turn();
    }),
    {
      ...contained("makes microtasks without end", () => {
        const again = () => queueMicrotask(again);
        again();
      }),
      worker: "open",
      why: "its thread keeps a core busy, as with a loop",
      afterwards: "looks at its load",
    },
    contained("leaves a rejection to nobody", async () => {
      Promise.reject(new Error("to nobody"));
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
      name: "ignores SIGINT by Deno.addSignalListener",
      ...ALONE,
      attempt: () => Deno.addSignalListener("SIGINT", () => {}),
      afterwards: "interrupts itself",
    },
    {
      name: "ignores SIGINT by node:process",
      ...ALONE,
      attempt: () => process.on("SIGINT", () => {}),
      afterwards: "interrupts itself",
    },
  ],
};

/** Ways to fail while being loaded. */
export const starts: AttemptGroup = {
  title: "Loading",
  attempts: [
    loading("has an error of syntax", "export default {"),
    loading("throws null at its top", "throw null; export default 1;"),
    loading("rejects at its top", "export default await Promise.reject(1);"),
    loading(
      "awaits for ever at its top",
      "await new Promise(() => {}); export default 1;",
      "contained",
    ),
    {
      ...loading(
        "loops for ever at its top",
        "for (;;); export default 1;",
        "contained",
      ),
      worker: "open",
      why: "as above: its thread keeps a core busy",
      afterwards: "looks at its load",
    },
    {
      ...loading(
        "fills memory that isn't on the heap, while it is loaded",
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
      why: "as above: the memory of a worker is that of its process",
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

/** What a process of its own contains, and a worker can't. */
function endsHost(name: string, attempt: () => unknown): Attempt {
  return {
    ...contained(name, attempt),
    worker: "open",
    why: "the process that ends is that of the host",
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
