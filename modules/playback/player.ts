import {
  CaryatidError,
  type Context,
  type Delivery,
  type Subscription,
} from "@caryatid/sdk";
import { readBatches } from "../record/read_recording.ts";
import type { RecordedMessage } from "../record/recorded_message.ts";
import { Tally } from "../record/tally.ts";
import { TopicFilter } from "../topic_filter.ts";
import type { Outlet } from "./outlet.ts";
import { Pacer } from "./pacer.ts";
import type { PlaybackConfig } from "./playback_config.ts";
import { Sending } from "./sending.ts";
import { Progress } from "./status.ts";
import { TopicMap } from "./topic_map.ts";

/** Publishes that may be on their way: a broker confirms each after half a millisecond, and many at the same time. */
const IN_FLIGHT = 64;

/** Publishes a recording. */
export class Player {
  readonly #context: Context;
  readonly #config: PlaybackConfig;
  readonly #outlet: Outlet;
  readonly #steps: AsyncIterator<Delivery> | undefined;
  readonly #topics: TopicMap;
  readonly #only: TopicFilter | undefined;
  readonly #progress: Progress;
  readonly #damages: Tally;
  readonly #unheard: Tally;

  /** `steps` is what each message waits for, if they come one by one. */
  constructor(
    context: Context,
    config: PlaybackConfig,
    outlet: Outlet,
    steps: Subscription | undefined,
  ) {
    const { log, clock } = context;
    this.#context = context;
    this.#config = config;
    this.#outlet = outlet;
    this.#steps = steps?.[Symbol.asyncIterator]();
    this.#topics = new TopicMap(config.topics);
    const { only } = config;
    this.#only = only === undefined
      ? undefined
      : new TopicFilter([only].flat());
    this.#progress = new Progress(
      context,
      config.path,
      config["status-topic"],
      config["status-every"] * 1000,
    );
    this.#damages = new Tally("damaged places", log, clock);
    this.#unheard = new Tally("subscribers that were full", log, clock);
  }

  /** Replays all of it, as often as wanted. Rejects when that can't be, after having told so. */
  async play(): Promise<void> {
    const progress = this.#progress;
    const { log, signal } = this.#context;
    const { path } = this.#config;
    try {
      log.info("replays {path}", { path });
      await progress.tell("started");
      await this.#playRounds();
    } catch (error) {
      if (!signal.aborted) await progress.tell("failed", error);
      throw error;
    } finally {
      this.#damages.tell();
      this.#unheard.tell();
      await this.#steps?.return?.();
    }
    log.info("replayed {sent} messages of {path}", {
      sent: progress.sent,
      path,
    });
    await progress.tell("ended");
  }

  async #playRounds(): Promise<void> {
    const progress = this.#progress;
    const { loop, path } = this.#config;
    const rounds = typeof loop === "number" ? loop : loop ? Infinity : 1;
    for (;; progress.round++) {
      const before = progress.sent;
      if (!await this.#playOnce()) return;
      if (progress.round >= rounds) return;
      if (progress.sent > before) continue;
      this.#context.log.warn("nothing of {path} is to be replayed", { path });
      return;
    }
  }

  /** Says whether it came to the end: with `step`, its topic may have none. */
  async #playOnce(): Promise<boolean> {
    const progress = this.#progress;
    const { path, from, to } = this.#config;
    const sending = new Sending(
      this.#steps === undefined ? IN_FLIGHT : 1,
      (message, error) => this.#settled(message, error),
    );
    const recording = readBatches(path, {
      ...from === undefined ? {} : { from },
      ...to === undefined ? {} : { to },
      onDamage: this.#config["on-damage"],
      onSkip: (damage) => {
        progress.skipped++;
        this.#damages.add(damage.message);
      },
    });
    try {
      return await this.#sendAll(recording, sending);
    } finally {
      sending.abandon();
    }
  }

  async #sendAll(
    recording: AsyncIterable<readonly RecordedMessage[]>,
    sending: Sending,
  ): Promise<boolean> {
    const progress = this.#progress;
    const paced = this.#paced();
    // As fast as it goes, once for each batch is often enough.
    const eager = paced !== undefined || this.#steps !== undefined;
    for await (const batch of recording) {
      for (const message of batch) {
        if (!this.#isWanted(message)) continue;
        if (this.#steps !== undefined) {
          if ((await this.#steps.next()).done) return false;
        } else if (paced !== undefined && message.time !== undefined) {
          const wait = paced.wait(message.time);
          if (wait > 0) {
            await sending.settle();
            await paced.sleep(wait);
          }
        }
        this.#send(message, sending);
        const told = eager && progress.isDue;
        if (told || sending.isFull) await sending.settle();
        if (told) progress.tellSoon();
      }
      await sending.settle();
      if (progress.isDue) progress.tellSoon();
    }
    return true;
  }

  /** Of a message without a topic, `#topicOf` tells what is wrong. */
  #isWanted({ topic }: RecordedMessage): boolean {
    return this.#only === undefined || topic === undefined ||
      this.#only.matches(topic);
  }

  #paced(): Pacer | undefined {
    const { speed, step } = this.#config;
    const pause = this.#config["max-pause"];
    if (speed === "max" || step !== undefined) return undefined;
    return new Pacer(
      speed,
      pause === undefined ? Infinity : pause * 1000,
      this.#context.clock,
    );
  }

  #send(message: RecordedMessage, sending: Sending): void {
    const topic = this.#topicOf(message);
    sending.add(message, this.#outlet.publish(topic, message));
  }

  #settled(message: RecordedMessage, error: unknown): void {
    if (error !== undefined) {
      // Somebody whose queue was full wants no wait, and has said so; the others have it.
      if (!isOverflow(error)) throw error;
      this.#unheard.add(error.message);
    }
    this.#progress.sent++;
    this.#progress.last = message;
  }

  #topicOf({ topic, sequence }: RecordedMessage): string {
    const { topic: single, path } = this.#config;
    const known = topic !== undefined || this.#only === undefined;
    if (single !== undefined && known) return single;
    if (topic !== undefined) return this.#topics.map(topic);
    throw new CaryatidError(
      "INVALID_CONFIG",
      `Cannot publish message ${sequence} of ${JSON.stringify(path)}: ` +
        "found a recording of Rust's form, which doesn't say topics",
      { hint: 'say where to publish with the key "topic", without "only"' },
    );
  }
}

function isOverflow(error: unknown): error is CaryatidError {
  return error instanceof CaryatidError && error.code === "OVERFLOW";
}
