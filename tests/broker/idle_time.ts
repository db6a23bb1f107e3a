import { within } from "../../sdk/testing/conformance/promises.ts";
import type { AmqpClient } from "./amqp_client.ts";

/** Most of a cycle that counts, in milliseconds. An idle machine needs less. */
const CYCLE = 10;
/** Pause in each cycle, in milliseconds. */
const PAUSE = 5;
/** Longest wait for the work, in milliseconds: longer work hangs. */
const PATIENCE = 120_000;

/**
 * Returns the time until `work` settles, in milliseconds of an idle machine.
 * Rejects if `work` rejects, or takes longer than 120 s.
 *
 * The time is measured in cycles of the event loop, with a `roundTrip` in each,
 * for instance to the broker. At most 10 ms of a cycle count: a busy machine
 * takes longer for the cycle as well as for `work`. So a test of a time limit
 * does not fail because other programs use the processor.
 */
export async function idleTime(
  work: Promise<unknown>,
  what: string,
  roundTrip: () => Promise<unknown> = () => Promise.resolve(),
): Promise<number> {
  let over = false;
  const ended = within(work, what, PATIENCE).finally(() => over = true);
  ended.catch(() => {}); // awaited below
  let time = 0;
  for (let before = performance.now(); !over;) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    await roundTrip();
    const now = performance.now();
    time += Math.min(now - before, CYCLE);
    before = now;
  }
  await ended;
  return time;
}

/** Returns a function that waits for one answer of the broker. */
export function roundTripOf({ channel }: AmqpClient): () => Promise<unknown> {
  return () => channel.checkExchange("amq.topic");
}
