import {
  CaryatidError,
  type HandleOptions,
  type Handling,
  type MessageBus,
  type RequestDelivery,
} from "@caryatid/sdk";
import { crossing } from "../crossing_error.ts";
import { FROM_HOST } from "../frames.ts";
import type { Outbox } from "../outbox.ts";

/** A request that a guest works on. */
interface Asked {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The requests that a guest works on, of all its handlings. */
export class Asks {
  readonly #outbox: Outbox;
  readonly #asked = new Map<number, Asked>();
  #number = 0;
  #gone: unknown;

  /** None yet. */
  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** Requests given to the guest so far; a higher number is none of them. */
  get count(): number {
    return this.#number;
  }

  /** Has handling `id` of the guest answer. */
  ask(id: number, request: RequestDelivery): Promise<unknown> {
    if (this.#gone) return Promise.reject(this.#gone);
    const number = this.#number++;
    const { topic, headers, time, redelivered, message, signal } = request;
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
        this.#outbox.add([FROM_HOST.abandon, number, crossing(signal.reason)]);
      };
      signal.addEventListener("abort", abandon, { once: true });
      const release = () => {
        this.#asked.delete(number);
        signal.removeEventListener("abort", abandon);
      };
      this.#asked.set(number, {
        resolve: (answer) => (release(), resolve(answer)),
        reject: (error) => (release(), reject(error)),
      });
    });
  }

  /** What waits under that number, unless it was settled. */
  get(number: number): Asked | undefined {
    return this.#asked.get(number);
  }

  /** The guest is gone, because of `error`: all fail. */
  abandon(error: unknown): void {
    this.#gone = error;
    for (const asked of [...this.#asked.values()]) asked.reject(error);
  }
}

/** A handling of a guest, at the host. */
export class RelayedHandling {
  readonly #handling: Handling;
  readonly #tellClosed: (error: unknown) => void;

  /** Handles on `bus`. Throws as `handle` does. */
  constructor(
    bus: Pick<MessageBus, "handle">,
    { id, pattern, options, asks, outbox, onClosed }: {
      readonly id: number;
      readonly pattern: string;
      readonly options: HandleOptions;
      readonly asks: Asks;
      readonly outbox: Outbox;
      /** Called once, when it takes no requests any more. */
      readonly onClosed: () => void;
    },
  ) {
    this.#handling = bus.handle(
      pattern,
      (request) => asks.ask(id, request),
      options,
    );
    let told = false;
    this.#tellClosed = (error) => {
      if (told) return;
      told = true;
      const reason = error === undefined ? null : crossing(error);
      outbox.add([FROM_HOST.closed, id, reason]);
      onClosed();
    };
    this.#handling.ready.then(
      () => outbox.add([FROM_HOST.ready, id]),
      this.#tellClosed,
    );
  }

  /** Takes no further requests. */
  async close(): Promise<void> {
    await this.#handling.close().then(this.#tellClosed, this.#tellClosed);
  }
}

/** What a request fails with whose guest is gone. */
export function goneError(id: string, cause: unknown): CaryatidError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new CaryatidError("GUEST_ENDED", `Module "${id}" ended: ${why}`, {
    cause,
  });
}
