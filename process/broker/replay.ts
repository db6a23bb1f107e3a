import type { CaryatidError, Log } from "@caryatid/sdk";
import type { Deadlines } from "@caryatid/sdk/bus";
import { Ring } from "@caryatid/sdk/internal/bus";
import { widened } from "./publish_history.ts";

/** Wait after a refusal, in milliseconds; doubled each time. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2_000;
/**
 * Time without a single success after which the messages of a topic are
 * dropped, in milliseconds.
 */
const PATIENCE = 600_000;
/** Time in which lost messages are counted for one warning, in milliseconds. */
const COUNT_TIME = 1_000;
/** Errors that a later attempt may not have. */
const PASSING: ReadonlySet<string> = new Set([
  "QUEUE_FULL",
  "BUS_UNAVAILABLE",
]);

/** A message to publish again. */
export interface RepeatedMessage {
  readonly topic: string;
  /** Size of its body, in bytes. */
  readonly size: number;
  /** Publishes it. Rejects with a `CaryatidError`. */
  readonly send: () => Promise<unknown>;
}

/** Options of {@linkcode Replay}. */
export interface ReplayOptions {
  /** Maximum number of messages that wait, and of bytes of their bodies. */
  readonly messages: number;
  readonly bytes: number;
  readonly deadlines: Deadlines;
  readonly log: Log;
}

/** Messages of one topic that were refused, oldest first. */
interface Refused {
  readonly messages: Ring<RepeatedMessage>;
  /** Time of the last success, by `performance.now()`. */
  since: number;
  pause: number;
}

/**
 * Publishes messages again after a loss, all at once. Those that a full queue
 * refuses wait until it has room: one of each topic is tried at a time, so that
 * other queues of the topic receive few copies.
 */
export class Replay {
  readonly #options: ReplayOptions;
  readonly #refused = new Map<string, Refused>();
  #waiting = 0;
  #bytes = 0;
  #lost: { count: number; pattern: string; cause: string } | undefined;
  #closed = false;

  /** Logs messages that are dropped. */
  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  /** Publishes a message, and again while a queue is full. */
  async add(message: RepeatedMessage): Promise<void> {
    const error = await attempt(message);
    if (error === undefined) return;
    if (!this.#mayWait(error, message)) return this.#drop(message, error);
    this.#waiting++;
    this.#bytes += message.size;
    const refused = this.#refused.get(message.topic);
    if (refused !== undefined) return refused.messages.push(message);
    const messages = new Ring<RepeatedMessage>();
    messages.push(message);
    const since = performance.now();
    await this.#repeat(message.topic, { messages, since, pause: FIRST_PAUSE });
  }

  /** Drops all messages. */
  close(error: CaryatidError): void {
    this.#closed = true;
    for (const { messages } of this.#refused.values()) {
      for (let it = messages.shift(); it; it = messages.shift()) {
        this.#drop(it, error);
      }
    }
    this.#report();
  }

  /** Publishes the messages of a topic one after the other. */
  async #repeat(topic: string, refused: Refused): Promise<void> {
    this.#refused.set(topic, refused);
    await this.#pause(refused);
    for (let it = refused.messages.shift(); it; it = refused.messages.shift()) {
      const error = await attempt(it);
      if (error === undefined) {
        this.#left(it);
        refused.since = performance.now();
        refused.pause = FIRST_PAUSE;
      } else if (!this.#isPatient(error, refused)) {
        this.#left(it);
        this.#drop(it, error);
      } else {
        refused.messages.unshift(it);
        await this.#pause(refused);
      }
    }
    this.#refused.delete(topic);
  }

  async #pause(refused: Refused): Promise<void> {
    const { pause } = refused;
    refused.pause = Math.min(2 * pause, LONGEST_PAUSE);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#options.deadlines.add(pause, resolve);
    await promise;
  }

  #mayWait({ code }: CaryatidError, { size }: RepeatedMessage): boolean {
    const { messages, bytes } = this.#options;
    return !this.#closed && PASSING.has(code) &&
      this.#waiting < messages && this.#bytes + size <= bytes;
  }

  #isPatient({ code }: CaryatidError, { since }: Refused): boolean {
    return !this.#closed && PASSING.has(code) &&
      performance.now() - since < PATIENCE;
  }

  #left({ size }: RepeatedMessage): void {
    this.#waiting--;
    this.#bytes -= size;
  }

  /** Counts a lost message. One warning reports all of a time. */
  #drop({ topic }: RepeatedMessage, { message: cause }: CaryatidError): void {
    if (this.#lost === undefined) {
      this.#lost = { count: 0, pattern: topic, cause };
      if (this.#closed) queueMicrotask(() => this.#report());
      else this.#options.deadlines.add(COUNT_TIME, () => this.#report());
    }
    this.#lost.count++;
    this.#lost.pattern = widened(this.#lost.pattern, topic);
  }

  #report(): void {
    if (this.#lost === undefined) return;
    const { count, pattern, cause } = this.#lost;
    this.#lost = undefined;
    this.#options.log.warn(
      "cannot publish {count} messages on {pattern} again, which may be lost: {cause}",
      { count, pattern, cause },
    );
  }
}

/** Publishes a message. Resolves with its error, if any. */
async function attempt(
  message: RepeatedMessage,
): Promise<CaryatidError | undefined> {
  try {
    await message.send();
    return undefined;
  } catch (error) {
    return error as CaryatidError;
  }
}
