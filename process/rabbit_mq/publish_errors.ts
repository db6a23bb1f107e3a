import { CaryatidError } from "@caryatid/sdk";
import type { PublisherLimits } from "./publisher.ts";

/** The broker is away, or slow, and no more can be kept for it. */
export function fullError(
  topic: string,
  { messages, bytes }: PublisherLimits,
): CaryatidError {
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot publish on "${topic}": ${messages} messages or ${bytes} bytes ` +
      "wait for the broker already",
    { hint: "[message-bus.<id>.publish-buffer] gives more room" },
  );
}

/** Its deadline passed. */
export function unconfirmedError(
  topic: string,
  timeout: number,
): CaryatidError {
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot publish on "${topic}": no confirm of the broker in ${timeout} ms`,
    {
      hint: "it may have arrived all the same: publish again with the same id",
    },
  );
}

/** The broker takes none of that size: `max-message-size` of the bus is over the broker's own. */
export function tooLargeError(
  topic: string,
  size: number,
  most: number,
): CaryatidError {
  return new CaryatidError(
    "MESSAGE_TOO_LARGE",
    `Cannot send on "${topic}": found ${size} bytes, ` +
      `wanted at most ${most}, the broker's own limit`,
    { hint: "max_message_size in rabbitmq.conf" },
  );
}

/** Its properties have no form in AMQP. */
export function unsendableError(
  topic: string,
  cause: Error,
): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot publish on "${topic}": ${cause.message}`,
    { hint: "look at its id and its headers", cause },
  );
}

/** The limit that the broker names when it refuses a message for its size. */
export function brokersLimit({ message }: Error): number | undefined {
  const [, most] = /larger than configured max size (\d+)/.exec(message) ?? [];
  return most === undefined ? undefined : Number(most);
}
