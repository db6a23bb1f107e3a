import { CaryatidError, type Log, type RequestOptions } from "@caryatid/sdk";
import {
  abortedError,
  checkTimeout,
  type Deadlines,
  describeFailure,
  noHandlerError,
  PendingRequest,
  REQUEST_TIMEOUT,
  requestTimeoutError,
  requestTopic,
  responseTopic,
  validateRequestTopic,
} from "@caryatid/sdk/bus";
import type { Channel, Message } from "amqplib";
import { decode } from "../codec/mod.ts";
import type { Channels } from "./channels.ts";
import { Consumer } from "./consumer.ts";
import { type Names, PROBE_HEADER, UNHANDLED_HEADER } from "./names.ts";
import type { Publisher } from "./publisher.ts";
import { declarePrivateQueue } from "./queues.ts";

/** A body with its code and message, instead of an answer. */
export const FAILURE = "caryatid.failure";

/** What a {@linkcode Requester} is made of. */
export interface RequesterOptions {
  readonly names: Names;
  readonly publisher: Publisher;
  readonly deadlines: Deadlines;
  readonly log: Log;
}

/** Makes requests, and takes their answers on a queue of its own, so that nobody else sees them. */
export class Requester {
  readonly #options: RequesterOptions;
  readonly #pending = new Map<string, PendingRequest>();
  readonly #replies: Consumer;
  #queue: string | undefined;
  #channel: Channel | undefined;
  /** Resolves when there is a queue for answers. */
  #connected = Promise.withResolvers<void>();
  /** Requests that were sent, and have no answer yet. */
  readonly #asked = new Set<string>();
  /** Requests that wait for that. */
  #waiting = 0;
  /** Answers that nobody waits for any more, or never did. */
  lateAnswers = 0;

  /** Not connected yet. */
  constructor(options: RequesterOptions) {
    this.#options = options;
    this.#replies = new Consumer({
      pattern: "answers",
      prefetch: 1_000,
      declare: (channel) => this.#declare(channel),
      onMessage: (message) => this.#answered(message),
      onInterrupted: () => this.#lost(),
      log: options.log,
    });
  }

  /** Requests without an answer yet. */
  get pending(): number {
    return this.#pending.size;
  }

  /** A new connection. */
  attach(channels: Channels): Promise<void> {
    return this.#replies.attach(channels);
  }

  /** The connection is gone. */
  detach(): void {
    this.#replies.detach();
  }

  /** Asks. `body` is the encoded question. */
  request(
    topic: string,
    message: unknown,
    body: Uint8Array,
    options: RequestOptions,
  ): Promise<unknown> {
    const timeout = checkTimeout(options.timeout, REQUEST_TIMEOUT);
    validateRequestTopic(topic);
    if (options.signal?.aborted) {
      throw abortedError(`request on "${topic}"`, options.signal);
    }
    const pending = new PendingRequest(topic, message, options, {
      settled: () => this.#settled(pending),
      late: () => this.lateAnswers++,
    });
    this.#pending.set(pending.request.id, pending);
    pending.deadline = this.#options.deadlines.add(
      timeout,
      () => pending.abandon(requestTimeoutError(topic, timeout)),
    );
    this.#ask(pending, body, timeout).catch((error) => pending.abandon(error));
    return pending.answer;
  }

  /** Rejects what waits for an answer. */
  abandon(error: CaryatidError): void {
    for (const pending of this.#pending.values()) pending.abandon(error);
  }

  /** Takes no answers any more. */
  async end(): Promise<void> {
    await this.#replies.close();
  }

  async #ask(
    pending: PendingRequest,
    body: Uint8Array,
    timeout: number,
  ): Promise<void> {
    const { publisher, names } = this.#options;
    await this.#connection(pending);
    if (pending.settled) return;
    const { topic, id, headers } = pending.request;
    const properties = {
      messageId: id,
      correlationId: id,
      replyTo: this.#queue!,
      headers,
      mandatory: true,
      expiration: String(Math.ceil(timeout)),
    };
    this.#asked.add(id);
    const taken = publisher.send({
      exchange: names.requests,
      key: topic,
      body,
      properties,
      timeout,
    });
    this.#tell(topic, id, body, headers);
    if (await taken) return;
    if (!pending.settled) await this.#askRust(pending, body, timeout);
  }

  /** Waits for a queue for answers, if there is room to wait, as long as somebody waits for this answer. */
  async #connection(pending: PendingRequest): Promise<void> {
    if (this.#queue !== undefined) return;
    const { publisher } = this.#options;
    const refusal = publisher.refusal(pending.request.topic, 0, this.#waiting);
    if (refusal) throw refusal;
    this.#waiting++;
    const settled = pending.answer.catch(() => {}); // the requester hears of it
    await Promise.race([this.#connected.promise, settled]);
    this.#waiting--;
  }

  /** Lets those who listen to requests hear it. Only a copy: they would count as somebody who takes the request. */
  #tell(
    topic: string,
    id: string,
    body: Uint8Array,
    headers: Readonly<Record<string, string>>,
  ): void {
    this.#options.publisher.send({
      exchange: this.#options.names.heard,
      key: requestTopic(topic, id),
      body,
      properties: { messageId: id, headers },
    }).catch(() => {}); // they miss it; the request goes on
  }

  /**
   * Nobody of ours handles it: asks on Rust's topics, and only then takes an answer from there. One of ours that shares Rust's queue
   * answers to our own.
   */
  async #askRust(
    pending: PendingRequest,
    body: Uint8Array,
    timeout: number,
  ): Promise<void> {
    const { publisher, names } = this.#options;
    const { topic, id, headers } = pending.request;
    const wire = requestTopic(topic, id);
    const answer = responseTopic(wire)!;
    const [channel, queue] = [this.#channel, this.#queue];
    if (channel === undefined || queue === undefined) {
      throw noHandlerError(topic);
    }
    await channel.bindQueue(queue, names.shared, answer);
    try {
      const taken = await publisher.send({
        exchange: names.shared,
        key: wire,
        body,
        properties: {
          messageId: id,
          correlationId: id,
          replyTo: queue,
          mandatory: true,
          headers: { ...headers, [PROBE_HEADER]: "1" },
        },
        timeout,
      });
      if (!taken) pending.handlerGone();
      else await pending.answer.catch(() => {}); // the requester hears of it
    } finally {
      await channel.unbindQueue(queue, names.shared, answer)
        .catch(() => {}); // gone with the connection
    }
  }

  async #declare(channel: Channel): Promise<string> {
    const queue = await declarePrivateQueue(channel);
    this.#channel = channel;
    this.#queue = queue;
    this.#connected.resolve();
    return queue;
  }

  #lost(): void {
    if (this.#queue === undefined) return; // those who wait for one go on waiting
    this.#queue = this.#channel = undefined;
    this.#connected = Promise.withResolvers();
    // To ask again might have a handler do its work twice.
    for (const id of this.#asked) {
      const pending = this.#pending.get(id);
      pending?.abandon(answerLostError(pending.request.topic));
    }
  }

  #answered(message: Message): void {
    this.#replies.done(message);
    const { correlationId, type, headers } = message.properties;
    const { routingKey } = message.fields;
    const id = correlationId ?? routingKey.slice(-16);
    const pending = this.#pending.get(id);
    if (pending === undefined) {
      this.lateAnswers++;
      return;
    }
    try {
      const answer = decode(message.content);
      if (headers?.[UNHANDLED_HEADER] !== undefined) {
        pending.handlerGone();
      } else if (type === FAILURE) {
        pending.fail(describeFailure(answer)); // anybody may have sent it
      } else {
        pending.succeed(answer);
      }
    } catch (error) {
      pending.abandon(error as CaryatidError);
    }
  }

  #settled(pending: PendingRequest): void {
    const { id } = pending.request;
    this.#pending.delete(id);
    if (this.#asked.delete(id) && pending.abandoned) this.#cancel(id);
  }

  /** Handlers may stop working on it. */
  #cancel(id: string): void {
    this.#options.publisher.send({
      exchange: this.#options.names.cancelled,
      key: id,
      body: new Uint8Array(0),
      properties: {},
    }).catch(() => {}); // then they work for nothing
  }
}

/** The answer would come to a queue that is gone with its connection. */
function answerLostError(topic: string): CaryatidError {
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot get an answer on "${topic}": ` +
      "the connection that it would have come by is lost",
    {
      hint: "a handler may have done its work all the same: " +
        "ask again where that does no harm",
    },
  );
}
