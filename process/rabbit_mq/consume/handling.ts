import type { HandleOptions, Handler, Handling, Log } from "@caryatid/sdk";
import {
  abortedError,
  checkConcurrency,
  type Deadlines,
  HandlerPool,
  PendingRequest,
  requestedTopic,
} from "@caryatid/sdk/bus";
import type { Message } from "amqplib";
import { decode } from "../../codec/mod.ts";
import { Consumer } from "./consumer.ts";
import { textHeaders } from "../publish/encode.ts";
import type { Names } from "../connection/topology.ts";
import type { Publisher } from "../publish/publisher.ts";
import { declareHandlerQueue } from "../connection/queues.ts";
import { Replies, requestIdOf } from "./replies.ts";
import type { RabbitMqSettings } from "../settings.ts";
import type { KeyedMutex } from "../../broker/keyed_mutex.ts";
import type { WorkingRequests } from "./working_requests.ts";

/**
 * Maximum number of requests that may wait for their next attempt outside the
 * prefetch.
 */
const MOST_RELEASED = 1_000;

/** Parts of a bus that its handlings share. */
export interface ResponderOptions {
  readonly names: Names;
  readonly settings: RabbitMqSettings;
  readonly publisher: Publisher;
  readonly deadlines: Deadlines;
  readonly log: Log;
}

/**
 * One handler, and the consumer of the queue that it shares with others of its
 * pattern.
 */
export class OpenHandling implements Handling {
  readonly pattern: string;
  readonly consumer: Consumer;
  readonly #options: ResponderOptions;
  readonly #replies: Replies;
  readonly #working: WorkingRequests;
  /** Requests of this handler by id. */
  readonly #own = new Map<string, PendingRequest>();
  readonly #turns: KeyedMutex;
  readonly #pool: HandlerPool;
  readonly #handling: Handling;
  readonly #release: (closed: OpenHandling) => void;
  readonly #ready: Promise<void>;
  #answering = 0;
  /** Requests that were acknowledged before their answers. */
  readonly #released = new Set<Message>();
  /** True if the handling was the last one of its queue. */
  #last = false;
  /** True once it consumes no more. */
  #left = false;
  #leaving: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    options: ResponderOptions,
    working: WorkingRequests,
    turns: KeyedMutex,
    pattern: string,
    handler: Handler,
    handleOptions: HandleOptions,
    release: (closed: OpenHandling) => void,
  ) {
    this.pattern = pattern;
    this.#options = options;
    this.#replies = new Replies(options.names, options.publisher);
    this.#working = working;
    this.#turns = turns;
    this.#release = release;
    this.#pool = new HandlerPool(pattern, options.deadlines);
    const { names, settings, log } = options;
    this.consumer = new Consumer({
      pattern,
      prefetch: checkConcurrency(handleOptions),
      declare: (channel) =>
        declareHandlerQueue(channel, names, pattern, settings),
      onMessage: (message) => this.#take(message),
      onInterrupted: () => {},
      log,
    });
    this.#handling = this.#pool.add(
      handler,
      handleOptions,
      () => void this.close(),
    );
    const { signal } = handleOptions;
    this.#ready = signal?.aborted
      ? Promise.reject(abortedError(`handle "${pattern}"`, signal))
      : this.consumer.ready;
    // A caller that does not await `ready` must not cause an unhandled
    // rejection.
    this.#ready.catch(() => {});
  }

  get ready(): Promise<void> {
    return this.#ready;
  }

  get running(): number {
    return this.#handling.running;
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Takes no more requests; those that run are finished and answered. */
  leave(): Promise<void> {
    // One after the other: if two closed at once, each would leave the rest to
    // the other one.
    return this.#leaving ??= this.#turns.take(
      this.pattern,
      () => this.#leave(),
    );
  }

  async #close(): Promise<void> {
    this.#closing = Promise.resolve();
    this.#release(this);
    await this.leave();
    await this.#handling.close();
    this.#left = true;
    this.#closeWhenDone();
  }

  /**
   * The last handling of a queue rejects the waiting requests with
   * `NO_HANDLER`.
   */
  async #leave(): Promise<void> {
    const { settings } = this.#options;
    this.#last = !settings["join-rust-handlers"] &&
      await this.consumer.access.isAlone();
    if (this.#last) {
      await this.consumer.access.takeRest((it) => this.#replies.refuse(it));
    }
    await this.consumer.stop();
    if (this.#last) await this.consumer.access.untilDeleted();
  }

  /** Does not wait: a handler may close its own handling. */
  #closeWhenDone(): void {
    if (this.#answering > 0) return;
    this.consumer.close().catch(() => {}); // deleted with the connection
  }

  #take(source: Message): void {
    // A request that was on its way when this closed is for another handler of
    // the pattern.
    const leaves = this.#leaving !== undefined;
    if (leaves && !this.#last) return this.consumer.return(source);
    if (leaves) {
      this.#replies.refuse(source);
      return this.consumer.done(source);
    }
    const { routingKey, exchange } = source.fields;
    const ours = exchange === this.#options.names.requests;
    const topic = ours ? routingKey : requestedTopic(routingKey);
    if (topic === undefined) return this.consumer.refuse(source);
    this.#answering++;
    this.#answer(source, topic).finally(() => {
      this.consumer.done(source);
      this.#released.delete(source);
      this.#answering--;
      if (this.#left) this.#closeWhenDone();
    }).catch((error) =>
      this.#options.log.warn("cannot answer on {topic}: {cause}", {
        topic,
        cause: error.message,
      })
    );
  }

  async #answer(source: Message, topic: string): Promise<void> {
    const { headers = {} } = source.properties;
    const id = requestIdOf(source);
    const same = this.#own.get(id);
    // A copy, sent because the first publish was not confirmed. It starts no
    // work, and waits until the first one is settled.
    if (same) return void await same.answer.catch(() => {});
    try {
      const message = decode(source.content);
      const pending = new PendingRequest(topic, message, {
        headers: textHeaders(headers),
      }, {
        settled: () => {
          this.#own.delete(id);
          this.#working.delete(id, pending);
        },
        late: () => {},
        postponed: () => this.#free(source),
      });
      this.#own.set(id, pending);
      this.#working.add(id, pending);
      this.#pool.submit(pending);
      const answer = await pending.answer;
      await this.#replies.answer(source, answer);
    } catch (error) {
      await this.#replies.fail(source, error);
    }
  }

  /**
   * Acknowledges a request that waits for its next attempt, so that the broker
   * sends another one. The request is lost if this process dies.
   */
  #free(source: Message): void {
    if (this.#released.size >= MOST_RELEASED) return;
    this.#released.add(source);
    this.consumer.done(source);
  }
}
