import type { Context, Subscription } from "@caryatid/sdk";
import type { Case } from "../harness.ts";
import { expectAll, perThreadSecond, readAll } from "./count.ts";
import { Subject } from "./subject.ts";

const REQUESTS = 300_000;
const TOPIC = "bench.ask";

/**
 * Requests in sequence, many at once, and with a subscriber to all topics.
 */
export const requests: readonly Case[] = [
  { ...rateOf(1, false), name: "request" },
  { ...rateOf(500, false), name: "request-500-in-flight" },
  { ...rateOf(1, true), name: "request-with-spy" },
];

function rateOf(inFlight: number, spied: boolean): Omit<Case, "name"> {
  return {
    unit: "/s",
    goals: [{ of: "ours", least: 5e5 }],
    async run() {
      await using subject = new Subject();
      const { context } = subject;
      const handling = context.handle(TOPIC, ({ message }) => message);
      const spy = spied ? new Spy(context) : undefined;
      const ours = await perThreadSecond(REQUESTS, async () => {
        await askAll(context, inFlight);
        await spy?.done();
      });
      await handling.close();
      return { ours };
    },
  };
}

/** Makes requests in this number of loops, each of which awaits its answer. */
async function askAll(context: Context, inFlight: number): Promise<void> {
  let asked = 0;
  let answered = 0;
  const asker = async () => {
    while (asked < REQUESTS) {
      const question = asked++;
      if (await context.request(TOPIC, question) !== question) {
        throw new Error(`wrong answer to ${question}`);
      }
      answered++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, asker));
  expectAll(answered, REQUESTS);
}

/** Receives every topic without falling behind. */
class Spy {
  readonly #all: Subscription;
  readonly #read: Promise<void>;

  constructor(context: Context) {
    this.#all = context.subscribe("#");
    this.#read = readAll(this.#all, REQUESTS);
  }

  /** Resolves when each request was received. */
  async done(): Promise<void> {
    expectAll(REQUESTS - this.#all.dropped, REQUESTS);
    await this.#read;
  }
}
