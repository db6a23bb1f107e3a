import {
  CaryatidError,
  type PublishOptions,
  type RequestOptions,
} from "@caryatid/sdk";
import { abortedError, MOST_WAITING } from "@caryatid/sdk/bus";
import { FROM_GUEST } from "../frames.ts";
import type { Outbox } from "../outbox.ts";
import { Pending } from "./pending.ts";

/** What a guest has published and asked, until its host tells what became of it. */
export class BridgeSends {
  readonly #outbox: Outbox;
  readonly #messageSize: number;
  readonly #pending = new Map<number, Pending<unknown>>();
  #number = 0;

  /** A message may have so many bytes. */
  constructor(outbox: Outbox, messageSize: number) {
    this.#outbox = outbox;
    this.#messageSize = messageSize;
  }

  /** Resolves when the bus of the host has accepted it. */
  publish(
    topic: string,
    message: unknown,
    options: PublishOptions | undefined,
  ): Promise<void> {
    return this.#send("publish", topic, message, options) as Promise<void>;
  }

  /** Resolves with the answer. */
  request(
    topic: string,
    message: unknown,
    options: RequestOptions | undefined,
  ): Promise<unknown> {
    return this.#send("request", topic, message, options);
  }

  /** The host's bus has accepted so many publishes, of numbers that follow one another. */
  accepted(first: number, count: number): void {
    for (let i = 0; i < count; i++) {
      this.take(first + i)?.resolve(undefined);
    }
  }

  /** What waits under that number, which is settled now; undefined if nobody waits any more. */
  take(number: number): Pending<unknown> | undefined {
    const pending = this.#pending.get(number);
    if (pending) this.#pending.delete(number);
    return pending;
  }

  /** All that waits fails with `error`. */
  abandon(error: CaryatidError): void {
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }

  #send(
    kind: "publish" | "request",
    topic: string,
    message: unknown,
    options: (PublishOptions & RequestOptions) | undefined,
  ): Promise<unknown> {
    const what = `${kind} on "${topic}"`;
    if (options?.signal?.aborted) throw abortedError(what, options.signal);
    if (message === undefined) throw undefinedError(topic);
    if (this.#pending.size >= MOST_WAITING) throw tooManyError(what);
    const number = this.#number++;
    this.#outbox.add(
      [FROM_GUEST[kind], number, topic, crossingOptions(options), message],
      this.#messageSize,
    );
    const pending = new Pending<unknown>();
    this.#pending.set(number, pending);
    if (options?.signal) {
      pending.watch(options.signal, what, () => {
        this.#pending.delete(number);
        this.#outbox.add([FROM_GUEST.cancel, number]);
      });
    }
    return pending.promise;
  }
}

function crossingOptions(
  options: (PublishOptions & RequestOptions) | undefined,
): Record<string, unknown> | null {
  if (options === undefined) return null;
  const { id, headers, timeout, signal } = options;
  return { id, headers, timeout, cancel: signal ? true : undefined };
}

function undefinedError(topic: string): CaryatidError {
  return new CaryatidError(
    "NOT_ENCODABLE",
    `Cannot send on "${topic}": found undefined, wanted a message`,
    { hint: "null is a message" },
  );
}

function tooManyError(what: string): CaryatidError {
  return new CaryatidError(
    "OVERFLOW",
    `Cannot ${what}: ${MOST_WAITING} publishes and requests wait already`,
    { hint: "await each publish" },
  );
}
