import {
  CaryatidError,
  type Clock as Time,
  type Context,
  defineModule,
  type Module,
} from "@caryatid/sdk";
import { alignedTimes } from "./aligned_times.ts";
import { type Configuration, configuration } from "./configuration.ts";
import { cronTimes } from "./cron_times.ts";
import type { Due, Pace } from "./pace.ts";
import { SteadyPace } from "./steady_pace.ts";
import { WallPace } from "./wall_pace.ts";

/** What a clock publishes; with `variant = "Clock"` it is `{ "Clock": … }`, as a Rust enum is written. */
export interface Tick {
  /** When it fell due: RFC 3339 in UTC, with milliseconds, ending in Z. */
  readonly time: string;
  /** Counts the ticks that were sent, from 0. */
  readonly number: number;
}

/** Bounds, in milliseconds, of the time that a tick may take to find room: about as long as until the next one. */
const SHORTEST_TIMEOUT = 1_000;
const LONGEST_TIMEOUT = 30_000;

/** Ticks that are left out are told at once, then summed up for so long: a clock of 1 ms may miss some all the time. */
const TELL_EVERY = 10_000;

/**
 * Publishes a {@linkcode Tick} on `topic` (`clock.tick`): at once and then every `period` (1 s), or when `cron` says.
 *
 * Mirrors caryatid_module_clock, except that late ticks are left out, and period and `variant` are keys.
 */
export default defineModule({
  name: "clock",
  description: "Publishes the time at regular intervals",
  config: configuration,
  topics: ({ topic }) => ({ publish: [topic] }),
  init(context, config) {
    context.run(() => new Clock(context, config).run());
  },
}) as Module;

class Clock {
  readonly #context: Context;
  readonly #config: Configuration;
  readonly #timeout: number;
  #number = 0;
  #missed = 0;
  #toldAt = -Infinity;

  constructor(context: Context, config: Configuration) {
    this.#context = context;
    this.#config = config;
    const period = config.cron === undefined ? config.period * 1000 : 0;
    this.#timeout = Math.min(
      Math.max(period, SHORTEST_TIMEOUT),
      LONGEST_TIMEOUT,
    );
  }

  /** Goes on until the process stops: `next` rejects with `ABORTED` then, which is no failure of a module that stops. */
  async run(): Promise<void> {
    const { clock, log } = this.#context;
    const pace = await paceOf(this.#config, clock);
    for (let due; (due = await pace.next()) !== undefined;) {
      this.#tellMissed(due.missed);
      await this.#send(due);
    }
    log.info("no more ticks: cron names no further time");
  }

  async #send({ time, missed }: Due): Promise<void> {
    const { topic, variant } = this.#config;
    const { signal, log } = this.#context;
    const tick: Tick = {
      time: new Date(time).toISOString(),
      number: this.#number++,
    };
    const message = variant === undefined ? tick : { [variant]: tick };
    const options = { signal, timeout: this.#timeout };
    try {
      await this.#context.publish(
        topic,
        message,
        // Not a field: Rust's tick has none, and a strict schema refuses more.
        missed === 0
          ? options
          : { ...options, headers: { missed: String(missed) } },
      );
    } catch (error) {
      if (!isPassing(error)) throw error;
      log.warn("not everybody heard tick {number}: {reason}", {
        number: tick.number,
        reason: error.message,
      });
    }
  }

  #tellMissed(missed: number): void {
    this.#missed += missed;
    const now = this.#context.clock.monotonic();
    if (this.#missed === 0 || now - this.#toldAt < TELL_EVERY) return;
    this.#context.log.warn("left out {missed} ticks that came too late", {
      missed: this.#missed,
    });
    this.#missed = 0;
    this.#toldAt = now;
  }
}

async function paceOf(config: Configuration, clock: Time): Promise<Pace> {
  if (config.cron !== undefined) {
    const { cron, "time-zone": zone } = config;
    return new WallPace(clock, await cronTimes(cron, zone));
  }
  const period = config.period * 1000;
  return config.align
    ? new WallPace(clock, alignedTimes(period))
    : new SteadyPace(clock, period);
}

/** Whether the next tick may fare better: a subscriber was too slow, or a broker is away. */
function isPassing(error: unknown): error is CaryatidError {
  return error instanceof CaryatidError &&
    (error.code === "OVERFLOW" || error.code === "BUS_UNAVAILABLE");
}
