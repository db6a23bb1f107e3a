import type { Handling, MessageBus, RequestDelivery } from "@caryatid/sdk";
import type { CrossingHandleOptions } from "../frame_schema.ts";
import { FROM_HOST } from "../frames.ts";
import type { Outbox } from "../outbox.ts";
import { toWireError } from "../wire_error.ts";

/** A request that a client handles. */
interface PendingRequest {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Requests that a client handles, of all its handlings. */
export class GuestRequests {
  readonly #outbox: Outbox;
  readonly #pending = new Map<number, PendingRequest>();
  #number = 0;
  #gone: unknown;

  /** Starts without pending requests. */
  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /**
   * Number of requests given to the client so far. Higher numbers are unknown.
   */
  get count(): number {
    return this.#number;
  }

  /**
   * Sends a request to handling `id` of the client. Resolves with the answer.
   */
  ask(id: number, request: RequestDelivery): Promise<unknown> {
    const room = this.#outbox.room();
    return room
      ? room.then(() => this.#ask(id, request))
      : this.#ask(id, request);
  }

  #ask(id: number, request: RequestDelivery): Promise<unknown> {
    if (this.#gone) return Promise.reject(this.#gone);
    const { topic, headers, time, redelivered, message, signal } = request;
    if (signal.aborted) return Promise.reject(signal.reason);
    const number = this.#number++;
    return new Promise((resolve, reject) => {
      this.#outbox.add([
        FROM_HOST.ask,
        number,
        id,
        topic,
        request.id,
        { ...headers },
        time,
        redelivered,
        message,
      ]);
      const abandon = () => {
        this.#outbox.add([
          FROM_HOST.abandon,
          number,
          toWireError(signal.reason),
        ]);
      };
      signal.addEventListener("abort", abandon, { once: true });
      const release = () => {
        this.#pending.delete(number);
        signal.removeEventListener("abort", abandon);
      };
      this.#pending.set(number, {
        resolve: (answer) => (release(), resolve(answer)),
        reject: (error) => (release(), reject(error)),
      });
    });
  }

  /**
   * Returns the pending request of that number, or undefined if it is settled.
   */
  get(number: number): PendingRequest | undefined {
    return this.#pending.get(number);
  }

  /**
   * Rejects all requests, and all further ones, because the client has ended.
   */
  abandon(error: unknown): void {
    this.#gone = error;
    for (const pending of [...this.#pending.values()]) pending.reject(error);
  }
}

/** Options of {@linkcode ServedHandling}. */
export interface ServedHandlingOptions {
  readonly id: number;
  readonly pattern: string;
  readonly options: CrossingHandleOptions;
  readonly requests: GuestRequests;
  readonly outbox: Outbox;
  /** Called once, when the handling is closed. */
  readonly onClosed: () => void;
}

/** A handling of a client on the served bus. */
export class ServedHandling {
  readonly #handling: Handling;
  readonly #reportClosed: (error: unknown) => void;
  #closing: Promise<void> | undefined;

  /** Handles on `bus`. Throws as `handle` does. */
  constructor(
    bus: Pick<MessageBus, "handle">,
    { id, pattern, options, requests, outbox, onClosed }: ServedHandlingOptions,
  ) {
    this.#handling = bus.handle(
      pattern,
      (request) => requests.ask(id, request),
      options,
    );
    let reported = false;
    this.#reportClosed = (error) => {
      if (reported) return;
      reported = true;
      const reason = error === undefined ? null : toWireError(error);
      outbox.add([FROM_HOST.closed, id, reason]);
      onClosed();
    };
    this.#handling.ready.then(
      () => outbox.add([FROM_HOST.ready, id]),
      this.#reportClosed,
    );
  }

  /** Takes no further requests. */
  close(): Promise<void> {
    return this.#closing ??= this.#handling.close()
      .then(this.#reportClosed, this.#reportClosed);
  }
}
