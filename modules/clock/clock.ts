import {
  CaryatidError,
  type Context,
  defineModule,
  type Module,
} from "@caryatid/sdk";
import { z } from "zod";
import { topicKey } from "../config_topics.ts";
import { type Due, Period } from "./period.ts";

/** What a clock publishes; with `variant = "Clock"` it is `{ "Clock": … }`, as a Rust enum is written. */
export interface Tick {
  /** When it fell due: RFC 3339 in UTC, with milliseconds, ending in Z. */
  readonly time: string;
  /** Counts the ticks that were sent, from 0. */
  readonly number: number;
}

/** In seconds; a timer takes at most 2,147,483. */
const LONGEST_PERIOD = 2_000_000;

/** Bounds, in milliseconds, of the time that a tick may take to find room: about as long as until the next one. */
const SHORTEST_TIMEOUT = 1_000;
const LONGEST_TIMEOUT = 30_000;

const configuration = z.object({
  topic: topicKey.default("clock.tick"),
  period: z.number().min(0.001).max(LONGEST_PERIOD).default(1),
  variant: z.string().min(1).optional(),
});

/**
 * Publishes a {@linkcode Tick} at once and then every `period` (1 s) on `topic` (`clock.tick`).
 *
 * Mirrors caryatid_module_clock, except that late ticks are left out, and `variant` is a key.
 */
export default defineModule({
  name: "clock",
  description: "Publishes the time at regular intervals",
  config: configuration,
  init(context, config) {
    context.run(() => new Clock(context, config).run());
  },
}) as Module;

class Clock {
  readonly #context: Context;
  readonly #config: z.infer<typeof configuration>;
  readonly #period: number;
  #number = 0;

  constructor(context: Context, config: z.infer<typeof configuration>) {
    this.#context = context;
    this.#config = config;
    this.#period = config.period * 1000;
  }

  /** Goes on until the process stops: `sleep` rejects with `ABORTED` then, which is no failure of a module that stops. */
  async run(): Promise<void> {
    const { clock } = this.#context;
    const start = clock.now();
    const period = new Period(start, this.#period);
    for (let due: Due = { time: start, missed: 0 };;) {
      this.#tellMissed(due.missed);
      await this.#send(due.time);
      await clock.sleep(period.wait(clock.now()));
      due = period.take(clock.now());
    }
  }

  async #send(time: number): Promise<void> {
    const { topic, variant } = this.#config;
    const { signal, log } = this.#context;
    const tick: Tick = {
      time: new Date(time).toISOString(),
      number: this.#number++,
    };
    const message = variant === undefined ? tick : { [variant]: tick };
    const timeout = Math.min(
      Math.max(this.#period, SHORTEST_TIMEOUT),
      LONGEST_TIMEOUT,
    );
    try {
      await this.#context.publish(topic, message, { signal, timeout });
    } catch (error) {
      if (!isPassing(error)) throw error;
      log.warn("not everybody heard tick {number}: {reason}", {
        number: tick.number,
        reason: error.message,
      });
    }
  }

  #tellMissed(missed: number): void {
    if (missed === 0) return;
    this.#context.log.warn("left out {missed} ticks that came too late", {
      missed,
    });
  }
}

/** Whether the next tick may fare better: a subscriber was too slow, or a broker is away. */
function isPassing(error: unknown): error is CaryatidError {
  return error instanceof CaryatidError &&
    (error.code === "OVERFLOW" || error.code === "BUS_UNAVAILABLE");
}
