import type { Body } from "../../broker/bodies.ts";
import type { PublisherLimits } from "./limits.ts";
import { CaryatidError } from "@caryatid/sdk";
import {
  abortedError,
  type Deadline,
  type Deadlines,
  PUBLISH_TIMEOUT,
} from "@caryatid/sdk/bus";
import type { Options } from "amqplib";
import type { Buffer } from "node:buffer";

/** Address and properties of a message. */
export interface Envelope {
  readonly exchange: string;
  readonly key: string;
  readonly properties: Options.Publish;
  /** Longest wait for the confirm, in milliseconds (30,000). */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A message with its address. */
export interface SendOptions extends Envelope {
  /** Encoded message. The caller no longer writes to it. */
  readonly body: Uint8Array;
}

/**
 * A publish on its way. It ends once: by its confirm, its deadline, its signal,
 * or with the bus.
 */
export class OutgoingMessage {
  readonly options: Envelope;
  /** True once the outcome is settled. */
  over = false;
  /** Resolves with true if a queue took the message. */
  readonly outcome: Promise<boolean>;
  readonly #body: Body;
  readonly #settle: PromiseWithResolvers<boolean>;
  readonly #deadline: Deadline;
  readonly #ended: (confirmed: boolean, message: OutgoingMessage) => boolean;
  /** Created only with a signal, which saves a closure per publish. */
  readonly #abort: (() => void) | undefined;

  /**
   * At its end it calls `ended`, and releases `body` unless that returns true
   * to keep it.
   */
  constructor(
    options: Envelope,
    body: Body,
    deadlines: Deadlines,
    ended: (confirmed: boolean, message: OutgoingMessage) => boolean,
  ) {
    this.options = options;
    this.#body = body;
    this.#ended = ended;
    this.#settle = Promise.withResolvers();
    this.outcome = this.#settle.promise;
    const timeout = options.timeout ?? PUBLISH_TIMEOUT;
    this.#deadline = deadlines.add(
      timeout,
      () => this.fail(unconfirmedError(options.key, timeout)),
    );
    if (options.signal === undefined) return;
    this.#abort = () => {
      this.fail(abortedError(`publish on "${options.key}"`, options.signal!));
    };
    options.signal.addEventListener("abort", this.#abort, { once: true });
  }

  /** Size of its body, in bytes. */
  get size(): number {
    return this.#body.size;
  }

  /**
   * Body, which the caller must copy at once. Throws after the end of the
   * publish.
   */
  get bytes(): Buffer {
    return this.#body.bytes;
  }

  /** Its topic. */
  get topic(): string {
    return this.options.key;
  }

  /** Frees its body. */
  release(): void {
    this.#body.release();
  }

  /** Settles the message with the confirm of the broker. */
  succeed(taken: boolean): void {
    if (this.#end(true)) this.#settle.resolve(taken);
  }

  /** Settles the message with an error. */
  fail(error: CaryatidError): void {
    if (this.#end(false)) this.#settle.reject(error);
  }

  #end(confirmed: boolean): boolean {
    if (this.over) return false;
    this.over = true;
    this.#deadline.cancel();
    if (this.#abort) {
      this.options.signal!.removeEventListener("abort", this.#abort);
    }
    if (!this.#ended(confirmed, this)) this.release();
    return true;
  }
}

/** Returns the error of a full publish buffer. */
export function fullError(
  topic: string,
  { messages, bytes }: PublisherLimits,
): CaryatidError {
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot publish on "${topic}": ${messages} messages or ${bytes} bytes ` +
      "wait for the broker already",
    { hint: "Raise the limits in [message-bus.<id>.publish-buffer]." },
  );
}

/** Returns the error of a publish without a confirm at its deadline. */
export function unconfirmedError(
  topic: string,
  timeout: number,
): CaryatidError {
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot publish on "${topic}": no confirm of the broker in ${timeout} ms`,
    {
      hint: "Publish again with the same id: the message may have arrived.",
    },
  );
}

/**
 * Returns the error of a message that exceeds the limit of the broker, which is
 * below `max-message-size` of the bus.
 */
export function tooLargeError(
  topic: string,
  size: number,
  most: number,
): CaryatidError {
  return new CaryatidError(
    "MESSAGE_TOO_LARGE",
    `Cannot send on "${topic}": found ${size} bytes; ` +
      `expected at most ${most}, the broker's own limit`,
    { hint: "Raise max_message_size in rabbitmq.conf." },
  );
}

/**
 * Returns the `QUEUE_FULL` error of a message that the broker refused. AMQP
 * does not name the queue; `groups` describes those that this process knows.
 */
export function queueFullError(
  topic: string,
  groups: readonly string[],
): CaryatidError {
  const known = groups.length === 0 ? "" : `; known: ${groups.join(", ")}`;
  return new CaryatidError(
    "QUEUE_FULL",
    `Cannot publish on "${topic}": the broker refused the message, ` +
      `as it does when a queue for it is full${known}`,
    {
      hint: "Publish it again with the same id, as other queues have it, " +
        "when the group has caught up, or raise the limit of its queue.",
    },
  );
}

/** Rejects a message whose properties AMQP cannot encode. */
export function unsendableError(
  topic: string,
  cause: Error,
): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot publish on "${topic}": ${cause.message}`,
    { hint: "Check its id and its headers.", cause },
  );
}

/**
 * Returns the limit in the error of a broker that refuses a message for its
 * size.
 */
export function brokersLimit({ message }: Error): number | undefined {
  const [, most] = /larger than configured max size (\d+)/.exec(message) ?? [];
  return most === undefined ? undefined : Number(most);
}
