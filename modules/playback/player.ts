import {
  CaryatidError,
  type Context,
  defineTopic,
  type Delivery,
  type PublishOptions,
  type StandardSchema,
  type Subscription,
} from "@caryatid/sdk";
import type { RecordedMessage } from "../record/entry.ts";
import { readBatches } from "../record/read_recording.ts";
import { SuppressedLogCounter } from "../suppressed_log_counter.ts";
import { TopicFilter } from "../topic_filter.ts";
import { InFlightPublishes } from "./in_flight_publishes.ts";
import { Pacer } from "./pacer.ts";
import type { PlaybackConfig } from "./playback_config.ts";
import { ProgressLog } from "./progress_log.ts";
import { StatusReporter } from "./status_reporter.ts";
import { TopicMap } from "./topic_map.ts";

/**
 * Maximum number of publishes in flight: a broker confirms each after half a
 * millisecond, and many at the same time.
 */
const IN_FLIGHT = 64;
/**
 * Timeout of a publish, in milliseconds: a replay waits for slow subscribers
 * until the process stops.
 */
const PUBLISH_TIMEOUT = 2 ** 31 - 1;

/** Publishes the messages of a recording. */
export class Player {
  readonly #context: Context;
  readonly #config: PlaybackConfig;
  readonly #schema: StandardSchema | undefined;
  readonly #steps: AsyncIterator<Delivery> | undefined;
  readonly #topics: TopicMap;
  readonly #only: TopicFilter | undefined;
  readonly #status: StatusReporter;
  readonly #damages: SuppressedLogCounter;
  readonly #overflows: SuppressedLogCounter;

  /**
   * Each message waits for a delivery of `steps`, if given, and is checked
   * against `schema`, if given.
   */
  constructor(
    context: Context,
    config: PlaybackConfig,
    steps: Subscription | undefined,
    schema: StandardSchema | undefined,
  ) {
    const { log, clock } = context;
    this.#context = context;
    this.#config = config;
    this.#schema = schema;
    this.#steps = steps?.[Symbol.asyncIterator]();
    this.#topics = new TopicMap(config.topics);
    const { only } = config;
    this.#only = only === undefined
      ? undefined
      : new TopicFilter([only].flat());
    this.#status = new StatusReporter(
      context,
      config.path,
      config["status-topic"],
      config["status-every"] * 1000,
    );
    this.#damages = new SuppressedLogCounter("damaged places", log, clock);
    this.#overflows = new SuppressedLogCounter(
      "deliveries to full subscriptions",
      log,
      clock,
    );
  }

  /**
   * Replays the recording in all rounds. Publishes the status `failed` before
   * it rejects.
   */
  async play(): Promise<void> {
    const status = this.#status;
    const { log, signal } = this.#context;
    const { path } = this.#config;
    try {
      log.info("replaying {path}", { path });
      await status.report("started");
      await this.#playRounds();
    } catch (error) {
      if (!signal.aborted) await status.report("failed", error);
      throw error;
    } finally {
      this.#damages.flush();
      this.#overflows.flush();
      await this.#steps?.return?.();
    }
    log.info("replayed {sent} messages of {path}", {
      sent: status.sent,
      path,
    });
    await status.report("ended");
  }

  async #playRounds(): Promise<void> {
    const status = this.#status;
    const { loop, path } = this.#config;
    const rounds = typeof loop === "number" ? loop : loop ? Infinity : 1;
    for (;; status.round++) {
      const before = status.sent;
      if (!await this.#playOnce()) return;
      if (status.round >= rounds) return;
      if (status.sent > before) continue;
      this.#context.log.warn("{path} has no message to replay", { path });
      return;
    }
  }

  /**
   * Replays the recording once. Returns false if the subscription of `step`
   * ended first.
   */
  async #playOnce(): Promise<boolean> {
    const status = this.#status;
    const { path, from, to } = this.#config;
    const publishes = new InFlightPublishes(
      this.#steps === undefined ? IN_FLIGHT : 1,
      (message, error) => this.#onSettled(message, error),
    );
    const progress = this.#isFullSpeed
      ? await ProgressLog.start(this.#context, path)
      : undefined;
    const recording = readBatches(path, {
      onRead: progress && ((bytes) => progress.addRead(bytes)),
      ...from === undefined ? {} : { from },
      ...to === undefined ? {} : { to },
      onDamage: this.#config["on-damage"],
      onSkip: (damage) => {
        status.skipped++;
        this.#damages.add(damage.message);
      },
    });
    try {
      return await this.#publishAll(recording, publishes, progress);
    } finally {
      publishes.abandon();
    }
  }

  async #publishAll(
    recording: AsyncIterable<readonly RecordedMessage[]>,
    publishes: InFlightPublishes,
    progress: ProgressLog | undefined,
  ): Promise<boolean> {
    const status = this.#status;
    const before = status.sent;
    const pacer = this.#createPacer();
    // At full speed, a status after each batch is enough.
    const eager = pacer !== undefined || this.#steps !== undefined;
    for await (const batch of recording) {
      for (const message of batch) {
        if (!this.#isWanted(message)) continue;
        if (this.#steps !== undefined) {
          if ((await this.#steps.next()).done) return false;
        } else if (pacer !== undefined && message.time !== undefined) {
          const wait = pacer.wait(message.time);
          if (wait > 0) {
            await publishes.settle();
            await pacer.sleep(wait);
          }
        }
        publishes.add(message, this.#publish(message));
        const isDue = eager && status.isDue;
        if (isDue || publishes.isFull) await publishes.settle();
        if (isDue) status.startProgress();
      }
      await publishes.settle();
      if (status.isDue) status.startProgress();
      progress?.logIfDue(status.sent - before);
    }
    return true;
  }

  /**
   * Applies `only`. Accepts a message without a topic, for which `#topicOf`
   * throws.
   */
  #isWanted({ topic }: RecordedMessage): boolean {
    return this.#only === undefined || topic === undefined ||
      this.#only.matches(topic);
  }

  get #isFullSpeed(): boolean {
    const { speed, step } = this.#config;
    return speed === "max" && step === undefined;
  }

  #createPacer(): Pacer | undefined {
    const { speed, step } = this.#config;
    const pause = this.#config["max-pause"];
    if (speed === "max" || step !== undefined) return undefined;
    return new Pacer(
      speed,
      pause === undefined ? Infinity : pause * 1000,
      this.#context.clock,
    );
  }

  /**
   * Publishes with the recorded id and headers, and with the schema, if any.
   */
  #publish(recorded: RecordedMessage): Promise<void> {
    const context = this.#context;
    const { id, headers, message } = recorded;
    const topic = this.#topicOf(recorded);
    const waiting = { signal: context.signal, timeout: PUBLISH_TIMEOUT };
    const options: PublishOptions = id === undefined
      ? waiting
      : { ...waiting, id, headers };
    return this.#schema === undefined
      ? context.publish(topic, message, options)
      : context.publish(defineTopic(topic, this.#schema), message, options);
  }

  #onSettled(message: RecordedMessage, error: unknown): void {
    if (error !== undefined) {
      // A full subscription with `overflow: "error"`; all other subscriptions
      // have received the message.
      if (!isOverflow(error)) throw error;
      this.#overflows.add(error.message);
    }
    this.#status.sent++;
    this.#status.last = message;
  }

  #topicOf({ topic, sequence }: RecordedMessage): string {
    const { topic: single, path } = this.#config;
    const known = topic !== undefined || this.#only === undefined;
    if (single !== undefined && known) return single;
    if (topic !== undefined) return this.#topics.map(topic);
    throw new CaryatidError(
      "INVALID_CONFIG",
      `Cannot publish message ${sequence} of ${JSON.stringify(path)}: ` +
        "found a recording in Rust's format, which has no topics",
      {
        hint:
          'Set the key "topic" to the topic to publish on, and remove "only".',
      },
    );
  }
}

function isOverflow(error: unknown): error is CaryatidError {
  return error instanceof CaryatidError && error.code === "OVERFLOW";
}
