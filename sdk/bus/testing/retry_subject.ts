import type { Handler } from "../../handling.ts";
import { VirtualClock } from "../../testing/virtual_clock.ts";
import { Deadlines } from "../deadlines.ts";
import { Handlers } from "../handlers.ts";

/** Handlers in virtual time, and a way to ask them. */
export function make() {
  const clock = new VirtualClock();
  const deadlines = new Deadlines(clock);
  const handlers = new Handlers(deadlines);
  const ask = (topic: string, message: unknown = 1, timeout = 60_000) =>
    handlers.request(topic, message, { timeout });
  return { clock, deadlines, handlers, ask };
}

/**
 * Fails `times` times, then answers with how often it was called; `at` has the
 * times of the calls.
 */
export function failing(times: number, clock: VirtualClock) {
  const at: number[] = [];
  const handler: Handler = () => {
    if (at.push(clock.now()) <= times) throw new Error(`failure ${at.length}`);
    return at.length;
  };
  return { at, handler };
}
