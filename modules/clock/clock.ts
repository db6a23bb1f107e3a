import {
  CaryatidError,
  type Clock,
  type Context,
  defineModule,
  type Module,
} from "@caryatid/sdk";
import { type ClockConfig, clockConfig } from "./clock_config.ts";
import { alignedSchedule, cronSchedule } from "./schedules.ts";
import { SteadyTicker } from "./steady_ticker.ts";
import type { DueTick, Ticker } from "./ticker.ts";
import { WallClockTicker } from "./wall_clock_ticker.ts";

/**
 * Message of a clock. With `variant = "Clock"` it is `{ "Clock": … }`, as a
 * Rust enum.
 */
export interface Tick {
  /**
   * Time at which it was due: RFC 3339 in UTC, with milliseconds, ending in Z.
   */
  readonly time: string;
  /** Number of the tick, from 0. */
  readonly number: number;
}

/**
 * Limits of the timeout of a publish, which is the period otherwise, in
 * milliseconds.
 */
const MIN_TIMEOUT = 1_000;
const MAX_TIMEOUT = 30_000;

/**
 * Interval of warnings about missed ticks, in milliseconds: a clock with a
 * period of 1 ms may always miss some.
 */
const WARN_INTERVAL = 10_000;

/**
 * Publishes a {@linkcode Tick} on `topic` (default `clock.tick`): at once and
 * then every `period` (default 1 s), or at the times of `cron`.
 *
 * Mirrors caryatid_module_clock, except that late ticks are skipped, and
 * `period` and `variant` are keys.
 */
export default defineModule({
  name: "clock",
  description: "Publishes the time at regular intervals",
  config: clockConfig,
  topics: ({ topic }) => ({ publish: [topic] }),
  init(context, config) {
    context.run(() => new TickPublisher(context, config).run());
  },
}) as Module;

class TickPublisher {
  readonly #context: Context;
  readonly #config: ClockConfig;
  readonly #timeout: number;
  #number = 0;
  #missed = 0;
  #warnedAt = -Infinity;

  constructor(context: Context, config: ClockConfig) {
    this.#context = context;
    this.#config = config;
    const period = config.cron === undefined ? config.period * 1000 : 0;
    this.#timeout = Math.min(
      Math.max(period, MIN_TIMEOUT),
      MAX_TIMEOUT,
    );
  }

  /**
   * Publishes ticks until the process stops: then `next` rejects with
   * `ABORTED`, which is not a failure.
   */
  async run(): Promise<void> {
    const { clock, log } = this.#context;
    const ticker = await createTicker(this.#config, clock);
    for (let due; (due = await ticker.next()) !== undefined;) {
      this.#warnMissed(due.missed);
      await this.#publish(due);
    }
    log.info("no more ticks: cron has no further time");
  }

  async #publish({ time, missed }: DueTick): Promise<void> {
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
        // Not a field: the tick of Rust has none, and a strict schema refuses
        // unknown ones.
        missed === 0
          ? options
          : { ...options, headers: { missed: String(missed) } },
      );
    } catch (error) {
      if (!isTemporary(error)) throw error;
      log.warn("tick {number} was not delivered to all subscribers: {reason}", {
        number: tick.number,
        reason: error.message,
      });
    }
  }

  #warnMissed(missed: number): void {
    this.#missed += missed;
    const now = this.#context.clock.monotonic();
    if (this.#missed === 0 || now - this.#warnedAt < WARN_INTERVAL) return;
    this.#context.log.warn("skipped late ticks: {missed}", {
      missed: this.#missed,
    });
    this.#missed = 0;
    this.#warnedAt = now;
  }
}

async function createTicker(
  config: ClockConfig,
  clock: Clock,
): Promise<Ticker> {
  if (config.cron !== undefined) {
    const { cron, "time-zone": zone } = config;
    return new WallClockTicker(clock, await cronSchedule(cron, zone));
  }
  const period = config.period * 1000;
  return config.align
    ? new WallClockTicker(clock, alignedSchedule(period))
    : new SteadyTicker(clock, period);
}

/**
 * Returns true if the next tick may succeed: a subscriber was too slow, or a
 * broker is unavailable.
 */
function isTemporary(error: unknown): error is CaryatidError {
  return error instanceof CaryatidError &&
    (error.code === "OVERFLOW" || error.code === "BUS_UNAVAILABLE");
}
