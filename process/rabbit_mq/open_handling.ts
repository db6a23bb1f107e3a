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
import { decode } from "../codec/mod.ts";
import { Consumer } from "./consumer.ts";
import { textHeaders } from "./headers.ts";
import type { Names } from "./names.ts";
import type { Publisher } from "./publisher.ts";
import { declareHandlerQueue } from "./queues.ts";
import { Replies, requestIdOf } from "./replies.ts";
import type { RabbitMqSettings } from "./settings.ts";
import type { Turns } from "./turns.ts";
import type { WorkingRequests } from "./working_requests.ts";

/** Requests of one handling that may wait for their next attempt without holding a place among those that the broker has sent. */
const MOST_RELEASED = 1_000;

/** What all handlings of a bus share. */
export interface ResponderOptions {
  readonly names: Names;
  readonly settings: RabbitMqSettings;
  readonly publisher: Publisher;
  readonly deadlines: Deadlines;
  readonly log: Log;
}

/** One handler at work, and the consumer of the queue that it shares with others of its pattern. */
export class OpenHandling implements Handling {
  readonly pattern: string;
  readonly consumer: Consumer;
  readonly #options: ResponderOptions;
  readonly #replies: Replies;
  readonly #working: WorkingRequests;
  /** Those of this handler, by their ids. */
  readonly #own = new Map<string, PendingRequest>();
  readonly #turns: Turns;
  readonly #pool: HandlerPool;
  readonly #handling: Handling;
  readonly #release: (closed: OpenHandling) => void;
  readonly #ready: Promise<void>;
  #answering = 0;
  /** Acknowledged ahead of their answers. */
  readonly #released = new Set<Message>();
  /** Whether it is closed, and the queue goes with it. */
  #last = false;
  /** Whether it consumes no more. */
  #left = false;
  #closing: Promise<void> | undefined;

  constructor(
    options: ResponderOptions,
    working: WorkingRequests,
    turns: Turns,
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
    this.#ready.catch(() => {}); // who doesn't wait for it isn't to be killed by it
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

  async #close(): Promise<void> {
    this.#closing = Promise.resolve();
    this.#release(this);
    // One after the other: or two that close at once would each leave the rest to the other one.
    await this.#turns.take(this.pattern, () => this.#leave());
    await this.#handling.close();
    this.#left = true;
    this.#closeWhenDone();
  }

  /** Whoever leaves last says of the requests that still wait that nobody handles them. */
  async #leave(): Promise<void> {
    const { settings } = this.#options;
    this.#last = !settings["join-rust-handlers"] &&
      await this.consumer.isAlone();
    if (this.#last) {
      await this.consumer.takeRest((it) => this.#replies.refuse(it));
    }
    await this.consumer.stop();
    if (this.#last) await this.consumer.untilDeleted();
  }

  /** Not awaited: a handler may close its own handling. */
  #closeWhenDone(): void {
    if (this.#answering > 0) return;
    this.consumer.close().catch(() => {}); // gone with the connection
  }

  #take(source: Message): void {
    // On its way when this was closed: for whoever else handles the pattern.
    if (this.closed && !this.#last) return this.consumer.return(source);
    if (this.closed) {
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
    // A second copy, of a publish that wasn't confirmed: it waits for what becomes of the first, and is nobody's work.
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

  /** It waits for its next attempt: the broker may send another one meanwhile. Nobody else would get it if this process died. */
  #free(source: Message): void {
    if (this.#released.size >= MOST_RELEASED) return;
    this.#released.add(source);
    this.consumer.done(source);
  }
}
