import type { Context } from "@caryatid/sdk";
import type { Attempt, AttemptGroup } from "../attempt.ts";
import { untilEnded } from "./until_ended.ts";

const ALONE = { alone: true, uncontrolled: true } as const;
const MANY = 20_000;
const DEPTH = 100_000;
const BUDGET = "the host ends a guest that exceeds its budget";

/** Attempts to keep the host or other guests from working. */
export const availability: AttemptGroup = {
  title: "Availability of the host",
  attempts: [
    floods("subscribes 20,000 times", (context, i) => {
      context.subscribe(`granted.s${i}`);
    }),
    floods("adds 20,000 handlers", (context, i) => {
      context.handle(`granted.h${i}`, () => 1);
    }),
    floods("makes 20,000 requests that it does not await", (context, i) => {
      context.request(`granted.r${i}`, 1).catch(() => {});
    }),
    floods("opens and closes 20,000 subscriptions", (context) => {
      context.subscribe("granted.x").close();
    }),
    {
      name: "publishes a message that is nested 100,000 times",
      uncontrolled: true,
      attempt: async (_, context) => {
        let message: unknown = 1;
        for (let i = 0; i < DEPTH; i++) message = [message];
        await context.publish("granted.deep", message);
        return "sent";
      },
    },
    {
      name: "publishes a message of a million empty maps",
      ...ALONE,
      worker: "contained",
      process: "contained",
      why: "the host decodes it in turns with its other work",
      attempt: async (_, context) => {
        const message = Array.from({ length: 1_000_000 }, () => ({}));
        await context.publish("granted.maps", message).catch(() => {});
      },
    },
    {
      name: "keeps the threads of its process busy with crypto",
      ...ALONE,
      worker: "contained",
      process: "contained",
      why: "the system shares the cores; the host keeps its own thread",
      attempt: async () => {
        const key = await crypto.subtle.importKey(
          "raw",
          new Uint8Array(16),
          "PBKDF2",
          false,
          ["deriveBits"],
        );
        const work = () =>
          crypto.subtle.deriveBits(
            {
              name: "PBKDF2",
              hash: "SHA-512",
              salt: new Uint8Array(16),
              iterations: 200_000,
            },
            key,
            512,
          );
        await Promise.all(Array.from({ length: 8 }, work));
      },
    },
    {
      name: "matches a pattern that takes years",
      ...ALONE,
      worker: "open",
      process: "contained",
      why: "as with an endless loop, the thread of a worker keeps a core busy",
      afterwards: "looks at its load",
      attempt: () => `${/^(a+)+$/.test(`${"a".repeat(60)}b`)}`,
    },
    {
      name: "never answers a request, so that its caller waits",
      ...ALONE,
      worker: "contained",
      process: "contained",
      patience: 5,
      why: "the deadline of the caller holds",
      attempt: untilEnded,
    },
  ],
};

function floods(
  name: string,
  once: (context: Context, i: number) => void,
): Attempt {
  return {
    name,
    ...ALONE,
    worker: "contained",
    process: "contained",
    why: BUDGET,
    patience: 30,
    attempt(_, context) {
      for (let i = 0; i < MANY; i++) once(context, i);
    },
  };
}
