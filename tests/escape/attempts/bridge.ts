import type { Attempt, AttemptGroup } from "../attempt.ts";
import type { Context } from "@caryatid/sdk";
import { closeSync, fstatSync, readSync, writeSync } from "node:fs";
import { untilEnded } from "./until_ended.ts";

const TOPIC = [0x69, ...new TextEncoder().encode("granted.x")];
/**
 * A grant of `read`, with which a guest may use `node:fs`. Its functions accept
 * file descriptors.
 */
const GRANTED = { read: ["{folder}/granted"] };
/** A frame that subscribes with the id 9,999 and without options. */
const LISTEN = [0x84, 4, 0x19, 0x27, 0x0f, ...TOPIC, 0xa0];
/** A frame that demands 2^40 deliveries for one waiting loop. */
const DEMAND = [
  ...[0x85, 5, 0x19, 0x27, 0x0f],
  ...[0x1b, 0, 0, 1, 0, 0, 0, 0, 0],
  ...[1, 0],
];
/**
 * Attempts to use topics outside the rights of a guest, to send frames that its
 * bus did not create, and to misuse the log and the terminal of the host.
 */
export const bridge: AttemptGroup = {
  title: "Topics and the bridge",
  attempts: [
    topic(
      "publishes on a topic outside its rights",
      (context) => context.publish("secret.x", 1),
    ),
    topic("subscribes to #", (context) => context.subscribe("#").ready),
    topic(
      "subscribes to a topic outside its rights",
      (context) => context.subscribe("secret.x").ready,
    ),
    topic(
      "sends a request outside its rights",
      (context) => context.request("secret.ask", 1),
    ),
    topic(
      "handles a topic outside its rights",
      (context) => context.handle("secret.ask", () => "mine").ready,
    ),
    topic(
      "answers a request of another module by publishing on _response",
      (context) => context.publish("secret.ask._response.0123456789abcdef", 1),
    ),
    topic(
      "publishes an answer on a granted topic without a handler",
      (context) => context.publish("granted.ask._response.0123456789abcdef", 1),
    ),
    topic(
      "makes a request by publishing on _request",
      (context) => context.publish("secret.ask._request.0123456789abcdef", 1),
    ),
    topic(
      "subscribes with a pattern to answers for other requesters",
      (context) => context.subscribe("granted.*._response.*").ready,
    ),
    forged("sends a forged frame: invalid bytes", [0xff, 0xff, 0xff]),
    forged("sends a forged frame: an unknown kind", [0x81, 0x18, 0x63]),
    forged("sends a forged frame: an id of another guest", [
      0x82,
      0x08,
      0x19,
      0x27,
      0x0f,
    ]),
    forged("sends a forged frame: a second hello", [0x82, 0x01, 0x01]),
    forged("sends a forged frame: a publish outside its rights", [
      ...[0x85, 2, 0x19, 0xff, 0xff, 0x68],
      ...new TextEncoder().encode("secret.x"),
      ...[0xf6, 1],
    ]),
    forged("sends a forged frame: credit, which only the host may send", [
      0x82,
      0x18,
      67,
      1,
    ]),
    forged("sends a forged frame: a report that the guest has ended", [
      0x81,
      22,
    ]),
    forged("sends a forged frame: an id that it has used before", [
      ...[0x84, 4, 0, ...TOPIC],
      0xa0,
    ]),
    {
      name: "demands deliveries that it never reads, to fill its host",
      alone: true,
      uncontrolled: true,
      process: "contained",
      grants: GRANTED,
      why: "the host ends a guest that demands more deliveries than the " +
        "protocol allows",
      attempt: (_, context) =>
        raw(context, batch(LISTEN, DEMAND), bigPublish()),
    },
    {
      name: "sends a frame with a forged length",
      alone: true,
      uncontrolled: true,
      process: "contained",
      grants: GRANTED,
      why: "a process may write to its end of the pipe; the host ends a " +
        "guest whose frames are too long",
      attempt: (_, context) => raw(context, [0xff, 0xff, 0xff, 0xff]),
    },
    {
      name: "reads its standard input with Deno.stdin",
      attempt: () => Deno.stdin.readable.locked,
      uncontrolled: true,
    },
    {
      name: "writes to standard output with Deno.stdout",
      attempt: () => Deno.stdout.writeSync(new Uint8Array(0)),
      uncontrolled: true,
    },
    {
      name: "writes to the terminal of its host with node:fs",
      alone: true,
      uncontrolled: true,
      process: "contained",
      grants: GRANTED,
      why:
        "a separate process has only its bridge; in a worker, these numbers " +
        "are closed",
      attempt: () => void writeSync(2, new TextEncoder().encode("\x1b[0m")),
    },
    {
      name: "reads the standard input of its host with node:fs",
      alone: true,
      uncontrolled: true,
      process: "contained",
      grants: GRANTED,
      why: "as above; a separate process can read only what its host sends",
      attempt: ({ typed }) => {
        const bytes = new Uint8Array(typed.length);
        readSync(0, bytes);
        const read = new TextDecoder().decode(bytes);
        return read === typed ? read : undefined;
      },
    },
    {
      name: "closes the standard output of its host with node:fs",
      alone: true,
      uncontrolled: true,
      process: "contained",
      grants: GRANTED,
      why: "a process closes its own bridge, and thereby ends itself",
      attempt: () => closeSync(1),
    },
    {
      name: "inspects open files of its host by number",
      uncontrolled: true, // no further file is open without isolation
      grants: GRANTED,
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
      name: "asks at the terminal with prompt and confirm",
      attempt: () => prompt("Password?") ?? confirm("Sure?"),
      uncontrolled: true, // no user answers
    },
    {
      name: "sends control codes to the terminal in a log record",
      alone: true,
      worker: "contained",
      process: "contained",
      why: "the host writes them as escapes",
      uncontrolled: true,
      attempt: (_, context) =>
        context.log.info("\x1b]0;mine\x07\x9b2J\u202e", { x: "\x1b[2J" }),
    },
    {
      name: "sends control codes to the terminal with console",
      alone: true,
      worker: "contained",
      process: "contained",
      why: "the output goes to the log, which writes them as escapes",
      uncontrolled: true,
      // deno-lint-ignore no-console -- the console of a guest writes to its log
      attempt: () => console.log("\x1b]0;mine\x07\x9b2J\x1b[2J"),
    },
    {
      name:
        "sends control codes to the terminal in the error that it fails with",
      alone: true,
      worker: "contained",
      process: "contained",
      why: "the host writes them as escapes",
      uncontrolled: true,
      attempt: async (_, context) => {
        context.run(() =>
          Promise.reject(new Error("\x1b]0;mine\x07\x9b2J\u202e"))
        );
        await untilEnded();
      },
    },
    {
      name: "forges a log record with a line break",
      alone: true,
      worker: "contained",
      process: "contained",
      why: "the host writes the line break as an escape",
      uncontrolled: true,
      attempt: (_, context) => context.log.info("x\nERR host: forged"),
    },
    {
      name: "floods the log",
      alone: true,
      uncontrolled: true,
      worker: "contained",
      process: "contained",
      why: "the host writes at most 1,000 records per second",
      attempt(_, context) {
        for (let i = 0; i < 20_000; i++) context.log.info("flood {i}", { i });
      },
    },
    {
      name: "writes a log record of 64 MiB",
      alone: true,
      uncontrolled: true,
      worker: "contained",
      process: "contained",
      why: "the record is truncated",
      attempt: (_, context) => context.log.info("x".repeat(2 ** 26)),
    },
    {
      name: "floods the bridge with publishes that it does not await",
      alone: true,
      uncontrolled: true,
      worker: "contained",
      process: "contained",
      why: "publishes that the host has not handled wait in the guest",
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
      uncontrolled: true, // the in-memory bus accepts it
    },
    {
      name: "takes the id of another guest",
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
    uncontrolled: true, // FORBIDDEN has its own tests
    attempt: async (_, context) => {
      await attempt(context);
      return "done";
    },
  };
}

/**
 * Creates an attempt that writes a frame to the pipe of a guest process. A
 * worker has no pipe.
 */
function forged(name: string, frame: readonly number[]): Attempt {
  return {
    name,
    alone: true,
    uncontrolled: true,
    process: "contained",
    grants: GRANTED,
    why: "a process may write to its end of the pipe; the host checks every " +
      "frame, and ends a guest whose frame is invalid",
    attempt: (_, context) => raw(context, batch(frame)),
  };
}

/**
 * Writes `bytes`, and then `again` 300 times, which fills a host that does not
 * limit a guest. Waits until the host has handled all.
 */
async function raw(
  context: Context,
  bytes: readonly number[],
  again?: Uint8Array,
): Promise<void> {
  const post = (globalThis as { postMessage?: (message: unknown) => void })
    .postMessage;
  if (post) return post(new Uint8Array(bytes));
  if ("WorkerGlobalScope" in globalThis) {
    throw new Error("a worker cannot write to the bridge");
  }
  write(new Uint8Array(bytes));
  for (let i = 0; again && i < 300; i++) write(again);
  // the host may have ended the guest already
  await context.publish("granted.x", 1).catch(() => {});
}

function write(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(1, bytes.subarray(at));
}

/** Returns a batch that publishes a message of 1,000,000 bytes. */
function bigPublish(): Uint8Array {
  const head = [0x85, 2, 0, ...TOPIC, 0xf6, 0x5a, 0, 0x0f, 0x42, 0x40];
  const frame = new Uint8Array(4 + head.length + 1_000_000);
  new DataView(frame.buffer).setUint32(0, frame.length - 4);
  frame.set(head, 4);
  return frame;
}

/** Returns the frames as one batch, as a link carries them. */
function batch(...frames: (readonly number[])[]): number[] {
  const all = frames.flat();
  const { length } = all;
  return [0, length >> 16, (length >> 8) & 0xff, length & 0xff, ...all];
}
