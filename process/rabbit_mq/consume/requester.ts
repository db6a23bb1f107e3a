import { CaryatidError, type Log, type RequestOptions } from "@caryatid/sdk";
import {
  abortedError,
  checkTimeout,
  type Deadlines,
  noHandlerError,
  PendingRequest,
  readRemoteFailure,
  REQUEST_TIMEOUT,
  requestTimeoutError,
  requestTopic,
  responseTopic,
  validateRequestTopic,
} from "@caryatid/sdk/bus";
import type { Channel, Message } from "amqplib";
import { decode } from "../../codec/mod.ts";
import type { Channels } from "../connection/channels.ts";
import { AnswerCopies } from "./answer_copies.ts";
import { Consumer } from "./consumer.ts";
import {
  type Names,
  PROBE_HEADER,
  UNHANDLED_HEADER,
} from "../connection/topology.ts";
import type { Publisher } from "../publish/publisher.ts";
import { declarePrivateQueue } from "../connection/queues.ts";

/**
 * Type of a message that has an error with code and text instead of an answer.
 */
export const FAILURE = "caryatid.failure";

/** Options of {@linkcode Requester}. */
export interface RequesterOptions {
  readonly names: Names;
  readonly publisher: Publisher;
  readonly deadlines: Deadlines;
  /** Returns the reason why no message can be sent or received now. */
  readonly outage: () => CaryatidError | undefined;
  readonly log: Log;
}

/** Makes requests and receives their answers on a private queue. */
export class Requester {
  readonly #options: RequesterOptions;
  readonly #pending = new Map<string, PendingRequest>();
  readonly #replies: Consumer;
  readonly #copies: AnswerCopies;
  #queue: string | undefined;
  #channel: Channel | undefined;
  /** Resolves when the queue for answers exists. */
  #connected = Promise.withResolvers<void>();
  /** Ids of requests that were sent and have no answer yet. */
  readonly #asked = new Set<string>();
  /** Number of requests that wait for the queue for answers. */
  #waiting = 0;
  /** Number of answers without a waiting request. */
  lateAnswers = 0;

  /** Not connected yet. */
  constructor(options: RequesterOptions) {
    this.#options = options;
    this.#copies = new AnswerCopies(
      options.names,
      options.publisher,
      () => options.outage() !== undefined,
    );
    this.#replies = new Consumer({
      pattern: "answers",
      declare: (channel) => this.#declare(channel),
      onMessage: (message) => this.#answered(message),
      onInterrupted: () => this.#lost(),
      log: options.log,
    });
  }

  /** Number of requests without an answer. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Uses a new connection. */
  attach(channels: Channels): Promise<void> {
    return this.#replies.attach(channels);
  }

  /** The connection is lost. */
  detach(): void {
    this.#replies.detach();
  }

  /** Sends a request. `body` is its encoded message. */
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
      () => pending.abandon(this.#timeoutError(topic, timeout)),
    );
    this.#copies.send(pending.request, pending.answer);
    this.#ask(pending, body, timeout).catch((error) => pending.abandon(error));
    return pending.answer;
  }

  /** Rejects all requests that wait for an answer. */
  abandon(error: CaryatidError): void {
    for (const pending of this.#pending.values()) pending.abandon(error);
  }

  /** Stops receiving answers. */
  async end(): Promise<void> {
    await this.#replies.close();
  }

  /** Returns `REQUEST_TIMEOUT`, with the state of the connection as cause. */
  #timeoutError(topic: string, timeout: number): CaryatidError {
    const error = requestTimeoutError(topic, timeout);
    const cause = this.#options.outage();
    if (cause !== undefined) error.cause = cause;
    return error;
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
    // Before its copy is sent, which the broker would refuse, too.
    const refusal = publisher.topicRefusal(names.requests, topic);
    if (refusal) throw refusal;
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
    this.#copy(topic, id, body, headers);
    if (await taken) return;
    if (!pending.settled) await this.#askRust(pending, body, timeout);
  }

  /**
   * Waits for the queue for answers if there is room to wait, at most until the
   * request is settled.
   */
  async #connection(pending: PendingRequest): Promise<void> {
    if (this.#queue !== undefined) return;
    const { publisher } = this.#options;
    const refusal = publisher.refusal(pending.request.topic, 0, this.#waiting);
    if (refusal) throw refusal;
    this.#waiting++;
    const settled = pending.answer.catch(() => {}); // rejects for the requester
    await Promise.race([this.#connected.promise, settled]);
    this.#waiting--;
  }

  /**
   * Sends a copy to the subscriptions that match requests. The request itself
   * must not reach them: they would count as handlers.
   */
  #copy(
    topic: string,
    id: string,
    body: Uint8Array,
    headers: Readonly<Record<string, string>>,
  ): void {
    this.#options.publisher.send({
      exchange: this.#options.names.observers,
      key: requestTopic(topic, id),
      body,
      properties: { messageId: id, headers },
    }).catch(() => {}); // they miss the copy; the request continues
  }

  /**
   * Sends the request on the topics of Rust Caryatid when no handler of ours
   * exists, and accepts an answer from there. A handler of ours that shares the
   * queue of Rust answers to our own queue.
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
      else await pending.answer.catch(() => {}); // rejects for the requester
    } finally {
      await channel.unbindQueue(queue, names.shared, answer)
        .catch(() => {}); // deleted with the connection
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
    // Requests that wait for a queue keep waiting.
    if (this.#queue === undefined) return;
    this.#queue = this.#channel = undefined;
    this.#connected = Promise.withResolvers();
    // A repeated request might make a handler do its work twice.
    for (const id of this.#asked) {
      const pending = this.#pending.get(id);
      pending?.abandon(answerLostError(pending.request.topic));
    }
  }

  #answered(message: Message): void {
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
        pending.fail(readRemoteFailure(answer)); // any client may have sent it
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

  /** Notifies handlers to abort the request. */
  #cancel(id: string): void {
    this.#options.publisher.send({
      exchange: this.#options.names.cancelled,
      key: id,
      body: new Uint8Array(0),
      properties: {},
    }).catch(() => {}); // handlers then finish in vain
  }
}

/**
 * Returns the error of a request whose queue for answers was deleted with its
 * connection.
 */
function answerLostError(topic: string): CaryatidError {
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot get an answer on "${topic}": ` +
      "the connection that it would have come by is lost",
    {
      hint:
        "Repeat the request if a second handling is harmless: the handler " +
        "may have done its work.",
    },
  );
}
