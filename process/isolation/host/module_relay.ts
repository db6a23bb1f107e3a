import type { Outbox } from "../outbox.ts";
import { BusRelay } from "./bus_relay.ts";
import type { GuestInit, GuestOptions } from "./guest_options.ts";
import { PublishRate } from "./publish_rate.ts";

/** Does on the bus of a module what its guest asks for, within its limits; `onTooFast` hears when it publishes too much. */
export function moduleRelay(
  { limits: { publishRate, messageSize }, log }: GuestOptions,
  { bus, leftovers }: Pick<GuestInit, "bus" | "leftovers">,
  outbox: Outbox,
  onTooFast: (found: string) => void,
): BusRelay {
  const found = `it published more than ${publishRate} messages in a second`;
  const rate = publishRate > 0
    ? new PublishRate(publishRate, () => onTooFast(found))
    : undefined;
  return new BusRelay({
    bus,
    outbox,
    messageSize,
    leftovers,
    onPublish: rate && (() => rate.count()),
    onUnsendable: (topic, error) =>
      log.warn("dropped a message on {topic}: {reason}", {
        topic,
        reason: error instanceof Error ? error.message : String(error),
      }),
  });
}
