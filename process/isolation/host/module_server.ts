import type { Outbox } from "../wire/outbox.ts";
import { BusServer } from "../wire/server/bus_server.ts";
import type { GuestInit, GuestOptions } from "./guest_options.ts";

/**
 * Serves the bus of a module to its guest, within its limits. `end` is called
 * if the guest publishes too fast.
 */
export function moduleServer(
  { limits: { publishRate, messageSize }, log, mayBlock = false }: GuestOptions,
  { bus, leftovers }: Pick<GuestInit, "bus" | "leftovers">,
  outbox: Outbox,
  end: (found: string, hint: string) => void,
): BusServer {
  const rate = publishRate > 0
    ? new PublishRate(publishRate, () =>
      end(
        `it published more than ${publishRate} messages in a second`,
        "Raise publish-rate of its limits.",
      ))
    : undefined;
  return new BusServer({
    bus,
    outbox,
    messageSize,
    leftovers,
    mayBlock,
    onPublish: rate && (() => rate.count()),
    onUnsendable: (topic, error) =>
      log.warn("dropped a message on {topic}: {reason}", {
        topic,
        reason: error instanceof Error ? error.message : String(error),
      }),
  });
}

/** Detects a guest that publishes too many messages in a second. */
class PublishRate {
  readonly #limit: number;
  readonly #onExceeded: () => void;
  #second = -1;
  #count = 0;

  /** Calls `onExceeded` at each publish beyond `limit` in a second. */
  constructor(limit: number, onExceeded: () => void) {
    this.#limit = limit;
    this.#onExceeded = onExceeded;
  }

  /** Counts one publish. */
  count(): void {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#count = 0;
    }
    if (++this.#count > this.#limit) this.#onExceeded();
  }
}
