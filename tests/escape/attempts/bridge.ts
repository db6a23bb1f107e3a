import type { Attempt, AttemptGroup } from "../attempt.ts";
import type { Context } from "@caryatid/sdk";
import { closeSync, fstatSync, readSync, writeSync } from "node:fs";
import { stdout } from "node:process";
import { untilEnded } from "./until_ended.ts";

const TOPIC = [0x69, ...new TextEncoder().encode("granted.x")];
/** As 9,999, without options. */
const LISTEN = [0x84, 4, 0x19, 0x27, 0x0f, ...TOPIC, 0xa0];
/** 2^40 deliveries, for a loop that is there. */
const DEMAND = [
  ...[0x85, 5, 0x19, 0x27, 0x0f],
  ...[0x1b, 0, 0, 1, 0, 0, 0, 0, 0],
  ...[1, 0],
];
/** Topics outside its rights, frames past its bus, and what the host shows of it. */
export const bridge: AttemptGroup = {
  title: "Topics and the bridge",
  attempts: [
    topic(
      "publishes outside its rights",
      (context) => context.publish("secret.x", 1),
    ),
    topic("subscribes to #", (context) => context.subscribe("#").ready),
    topic(
      "subscribes to a topic of others",
      (context) => context.subscribe("secret.x").ready,
    ),
    topic("requests", (context) => context.request("secret.ask", 1)),
    topic(
      "handles what others answer",
      (context) => context.handle("secret.ask", () => "mine").ready,
    ),
    topic(
      "answers a request of others, by publishing on _response",
      (context) => context.publish("secret.ask._response.0123456789abcdef", 1),
    ),
    topic(
      "answers on a topic of its own as if it were a handler",
      (context) => context.publish("granted.ask._response.0123456789abcdef", 1),
    ),
    topic(
      "makes a request by publishing on _request",
      (context) => context.publish("secret.ask._request.0123456789abcdef", 1),
    ),
    topic(
      "hears answers to others, by a pattern",
      (context) => context.subscribe("granted.*._response.*").ready,
    ),
    forged("forges a frame: no bytes of a frame", [0xff, 0xff, 0xff]),
    forged("forges a frame: an unknown kind", [0x81, 0x18, 0x63]),
    forged("forges a frame: an id of another guest", [
      0x82,
      0x08,
      0x19,
      0x27,
      0x0f,
    ]),
    forged("forges a frame: a second hello", [0x82, 0x01, 0x01]),
    forged("forges a frame: a publish outside its rights", [
      ...[0x85, 2, 0x19, 0xff, 0xff, 0x68],
      ...new TextEncoder().encode("secret.x"),
      ...[0xf6, 1],
    ]),
    forged("forges a frame: credit, as if it were the host", [
      0x82,
      0x18,
      67,
      1,
    ]),
    forged("forges a frame: that it has ended", [0x81, 22]),
    forged("forges a frame: an id that it has given before", [
      ...[0x84, 4, 0, ...TOPIC],
      0xa0,
    ]),
    {
      name: "asks for what it never reads, to fill its host",
      alone: true,
      uncontrolled: true,
      process: "contained",
      why:
        "more than its own memory holds doesn't wait for it: it is ended then",
      attempt: (_, context) =>
        raw(context, batch(LISTEN, DEMAND), bigPublish()),
    },
    {
      name: "forges the length of a frame",
      alone: true,
      uncontrolled: true,
      process: "contained",
      why: "a process may write to its own end of the pipe; " +
        "what it writes is checked, and the end of it",
      attempt: (_, context) => raw(context, [0xff, 0xff, 0xff, 0xff]),
    },
    {
      name: "reads its standard input by Deno.stdin",
      attempt: () => Deno.stdin.readable.locked,
      uncontrolled: true,
    },
    {
      name: "writes to standard output by Deno.stdout",
      attempt: () => Deno.stdout.writeSync(new Uint8Array(0)),
      uncontrolled: true,
    },
    {
      name: "writes to the terminal of its host, by node:fs",
      alone: true,
      uncontrolled: true,
      worker: "open",
      process: "contained",
      why: "what is open in a process is open for its workers, too, by its " +
        "number; a process of its own has nothing but its bridge",
      attempt: () => void writeSync(2, new TextEncoder().encode("\x1b[0m")),
    },
    {
      name: "reads the standard input of its host, by node:fs",
      alone: true,
      uncontrolled: true,
      worker: "open",
      process: "contained",
      why: "as above; a process of its own can only read what is sent to it",
      attempt: ({ typed }) => {
        const bytes = new Uint8Array(typed.length);
        readSync(0, bytes);
        const read = new TextDecoder().decode(bytes);
        return read === typed ? read : undefined;
      },
    },
    {
      name: "closes the standard output of its host, by node:fs",
      alone: true,
      uncontrolled: true,
      worker: "contained",
      process: "contained",
      why:
        "a process closes its own bridge, and so its end; in a worker Deno " +
        "closes nothing but the number",
      attempt: () => closeSync(1),
    },
    {
      name: "looks at what its host has open, by number",
      uncontrolled: true, // nothing is open there
      attempt() {
        const open = Array.from({ length: 64 }, (_, i) => i + 3)
          .filter((number) => {
            try {
              return fstatSync(number);
            } catch {
              return false;
            }
          });
        if (open.length === 0) throw new Error("nothing is open");
        return `${open}`;
      },
    },
    {
      name: "asks at the terminal, by prompt and confirm",
      attempt: () => prompt("Password?") ?? confirm("Sure?"),
      uncontrolled: true, // nobody is there
    },
    {
      name: "sends codes to the terminal, in its log",
      alone: true,
      worker: "contained",
      process: "contained",
      why: "they are taken out",
      uncontrolled: true,
      attempt: (_, context) =>
        context.log.info("\x1b]0;mine\x07\x9b2J\u202e", { x: "\x1b[2J" }),
    },
    {
      name: "sends codes to the terminal, by console",
      alone: true,
      worker: "contained",
      process: "contained",
      why: "it goes to the log, where they are taken out",
      uncontrolled: true,
      // deno-lint-ignore no-console -- that of a guest is another one
      attempt: () => console.log("\x1b]0;mine\x07\x9b2J\x1b[2J"),
    },
    {
      name: "sends codes to the terminal, by the error that it fails with",
      alone: true,
      worker: "contained",
      process: "contained",
      why: "they are taken out",
      uncontrolled: true,
      attempt: async (_, context) => {
        context.run(() =>
          Promise.reject(new Error("\x1b]0;mine\x07\x9b2J\u202e"))
        );
        await untilEnded();
      },
    },
    {
      name: "forges a record of the log, by a line break",
      alone: true,
      worker: "contained",
      process: "contained",
      why: "what follows is indented",
      uncontrolled: true,
      attempt: (_, context) => context.log.info("x\nERR host: forged"),
    },
    {
      name: "floods the log",
      alone: true,
      uncontrolled: true,
      worker: "contained",
      process: "contained",
      why: "1,000 records a second are written",
      attempt(_, context) {
        for (let i = 0; i < 20_000; i++) context.log.info("flood {i}", { i });
      },
    },
    {
      name: "writes a line of 64 MiB to its log",
      alone: true,
      uncontrolled: true,
      worker: "contained",
      process: "contained",
      why: "it is cut",
      attempt: (_, context) => context.log.info("x".repeat(2 ** 26)),
    },
    {
      name: "floods the bridge with publishes that it doesn't await",
      alone: true,
      uncontrolled: true,
      worker: "contained",
      process: "contained",
      why: "what the host hasn't dealt with waits at the guest",
      attempt(_, context) {
        for (let i = 0; i < 50_000; i++) {
          context.publish("granted.flood", i).catch(() => {});
        }
      },
    },
    {
      name: "publishes a message of 64 MiB",
      attempt: (_, context) =>
        context.publish("granted.big", new Uint8Array(2 ** 26)).then(() =>
          "sent"
        ),
      uncontrolled: true, // the bus in memory takes it
    },
    {
      name: "takes on the name of another guest",
      attempt: (_, context) => {
        (context as { id: string }).id = "neighbour";
        return context.publish("secret.x", 1).then(() => "published");
      },
      uncontrolled: true,
    },
  ],
};

function topic(
  name: string,
  attempt: (context: Context) => unknown,
): Attempt {
  return {
    name,
    uncontrolled: true, // what FORBIDDEN has a test of its own for
    attempt: async (_, context) => {
      await attempt(context);
      return "done";
    },
  };
}

/** Written where the bridge of a process is; a worker has no such place. */
function forged(name: string, frame: readonly number[]): Attempt {
  return {
    name,
    alone: true,
    uncontrolled: true,
    process: "contained",
    why: "a process may write to its own end of the pipe; what it writes is " +
      "checked as what its bus sends, and the end of it",
    attempt: (_, context) => raw(context, batch(frame)),
  };
}

/** Writes these, and then the others as often as it takes to fill whoever doesn't look; waits until the host has dealt with them. */
async function raw(
  context: Context,
  bytes: readonly number[],
  again?: Uint8Array,
): Promise<void> {
  const post = (globalThis as { postMessage?: (message: unknown) => void })
    .postMessage;
  if (post) return post(new Uint8Array(bytes));
  if (!stdout.writable || "WorkerGlobalScope" in globalThis) {
    throw new Error("it has no way to write to the bridge");
  }
  write(new Uint8Array(bytes));
  for (let i = 0; again && i < 300; i++) write(again);
  await context.publish("granted.x", 1).catch(() => {}); // it has told the host something else
}

function write(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(1, bytes.subarray(at));
}

/** One of 1,000,000 bytes. */
function bigPublish(): Uint8Array {
  const head = [0x85, 2, 0, ...TOPIC, 0xf6, 0x5a, 0, 0x0f, 0x42, 0x40];
  const frame = new Uint8Array(4 + head.length + 1_000_000);
  new DataView(frame.buffer).setUint32(0, frame.length - 4);
  frame.set(head, 4);
  return frame;
}

/** Frames as a link carries them. */
function batch(...frames: (readonly number[])[]): number[] {
  const all = frames.flat();
  const { length } = all;
  return [0, length >> 16, (length >> 8) & 0xff, length & 0xff, ...all];
}
