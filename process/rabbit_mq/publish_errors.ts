import { CaryatidError } from "@caryatid/sdk";
import type { PublisherLimits } from "./publisher.ts";
import type { SendOptions } from "./sending.ts";

/** The broker is away, or slow, and no more can be kept for it. */
export function fullError(
  { key }: SendOptions,
  { messages, bytes }: PublisherLimits,
): CaryatidError {
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot publish on "${key}": ${messages} messages or ${bytes} bytes ` +
      "wait for the broker already",
    { hint: "[message-bus.<id>.publish-buffer] gives more room" },
  );
}

/** Its deadline passed. */
export function unconfirmedError(
  { key }: SendOptions,
  timeout: number,
): CaryatidError {
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot publish on "${key}": no confirm of the broker in ${timeout} ms`,
    {
      hint: "it may have arrived all the same: publish again with the same id",
    },
  );
}

/** The broker takes none of that size: `max-message-size` of the bus is over the broker's own. */
export function tooLargeError(
  { key, body }: SendOptions,
  most: number,
): CaryatidError {
  return new CaryatidError(
    "MESSAGE_TOO_LARGE",
    `Cannot send on "${key}": found ${body.length} bytes, ` +
      `wanted at most ${most}, the broker's own limit`,
    { hint: "max_message_size in rabbitmq.conf" },
  );
}

/** Its properties have no form in AMQP. */
export function unsendableError(
  { key }: SendOptions,
  cause: Error,
): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot publish on "${key}": ${cause.message}`,
    { hint: "look at its id and its headers", cause },
  );
}

/** The limit that the broker names when it refuses a message for its size. */
export function brokersLimit({ message }: Error): number | undefined {
  const [, most] = /larger than configured max size (\d+)/.exec(message) ?? [];
  return most === undefined ? undefined : Number(most);
}
