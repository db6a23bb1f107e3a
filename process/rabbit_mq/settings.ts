import { CaryatidError, type StandardSchema } from "@caryatid/sdk";
import { MOST_QUEUE_SIZE, QUEUE_SIZE } from "@caryatid/sdk/bus";
import { z } from "zod";
import { isBrokerUrl } from "./connection/address.ts";
import { namesOf } from "./connection/topology.ts";

/**
 * Settings of `[message-bus.<id>] class = "rabbit-mq"`, checked and complete.
 * Times are in seconds, sizes in bytes.
 */
export interface RabbitMqSettings {
  /**
   * URL of the broker, or of several nodes of a cluster, which are tried in
   * turn.
   */
  readonly url: string | readonly string[];
  /**
   * File whose content replaces the password of every URL, so that no secret is
   * in the configuration.
   */
  readonly "password-file"?: string | undefined;
  /** Topic exchange that all processes on this bus share ("caryatid"). */
  readonly exchange: string;
  /**
   * Number of messages that a subscription receives ahead of its loop, unless
   * its options set another number (100).
   */
  readonly "subscriber-queue-size": number;
  /** Maximum number of publishes without a confirm (1,000). */
  readonly "publish-window": number;
  /**
   * Limits of the messages that wait while the broker is unavailable or blocks
   * publishing (10,000 messages, 64 MiB).
   */
  readonly "publish-buffer": {
    /** Maximum number of messages. */
    readonly messages: number;
    /** Maximum number of bytes of their bodies. */
    readonly bytes: number;
  };
  /**
   * Maximum size of a body (16 MiB). RabbitMQ closes the connection of a client
   * that exceeds the limit of the broker.
   */
  readonly "max-message-size": number;
  /** Maximum time to connect, including the handshake (10). */
  readonly "connect-timeout": number;
  /**
   * Interval of heartbeats. A connection that is silent for two to three
   * intervals is closed (5).
   */
  readonly heartbeat: number;
  /**
   * Type of the queues of groups. Classic queues count no redeliveries
   * ("quorum").
   */
  readonly "queue-type": "classic" | "quorum";
  /** Time for which the queue of a group outlives its last member (86,400). */
  readonly "group-expires": number;
  /**
   * Number of redeliveries after which a message is a suspect, and of starts
   * after which a suspect is a dead letter. Requires a quorum queue (5).
   */
  readonly redeliveries: number;
  /**
   * Exchange for dead letters, with a durable queue of the same name. Dead
   * letters are kept only if it is set.
   */
  readonly "dead-letter-exchange"?: string | undefined;
  /**
   * Number of message ids that each subscription remembers to drop duplicates
   * (0: none).
   */
  readonly "dedupe-window": number;
  /**
   * True if handlers share the queue of Rust handlers instead of using a
   * separate one. Works with brokers before 4.3 only (false).
   */
  readonly "join-rust-handlers": boolean;
  /** Files with certificates and a key for `amqps://`. */
  readonly tls?: {
    /** File with the certificates of trusted authorities. */
    readonly ca?: string | undefined;
    /** File with the certificate of the client. */
    readonly cert?: string | undefined;
    /** File with the private key of the client. */
    readonly key?: string | undefined;
  } | undefined;
}

/**
 * Maximum of `group-expires`, in seconds. RabbitMQ counts milliseconds, in 32
 * bits.
 */
const MOST_EXPIRES = (2 ** 32 - 1) / 1000;

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

const amqpUrl = z.string().refine(isBrokerUrl, {
  error: "expected a URL like amqp://user:password@host:5672/vhost, " +
    "with / ? # @ of a password as %2F %3F %23 %40",
});

const seconds = (fallback: number, most = 86_400 * 365) =>
  z.number().positive().max(most).default(fallback);
const exchangeName = z.string().min(1)
  .refine((name) => bytesOf(name) <= 200, {
    error: "expected at most 200 bytes, to leave room for suffixes",
  })
  .refine((name) => !name.startsWith("amq."), {
    error: 'expected a name that does not begin with "amq.", ' +
      "which the broker reserves",
  });
const count = (fallback: number, most: number, least = 1) =>
  z.int().min(least).max(most).default(fallback);

const schema = z.strictObject({
  url: z.union([amqpUrl, z.array(amqpUrl).min(1)])
    .default("amqp://127.0.0.1:5672/%2f"),
  "password-file": z.string().optional(),
  exchange: exchangeName.default("caryatid"),
  "subscriber-queue-size": count(QUEUE_SIZE, MOST_QUEUE_SIZE),
  "publish-window": count(1_000, 65_535),
  "publish-buffer": z.strictObject({
    messages: count(10_000, 1_000_000),
    bytes: count(64 * 2 ** 20, 2 ** 32),
  }).prefault({}),
  "max-message-size": count(16 * 2 ** 20, 128 * 2 ** 20),
  "connect-timeout": seconds(10),
  heartbeat: z.int().min(1).max(3600).default(5),
  "queue-type": z.enum(["quorum", "classic"]).default("quorum"),
  "group-expires": seconds(86_400, MOST_EXPIRES),
  redeliveries: count(5, 1_000),
  "dead-letter-exchange": exchangeName.optional(),
  "dedupe-window": count(0, 1_000_000, 0),
  "join-rust-handlers": z.boolean().default(false),
  tls: z.strictObject({
    ca: z.string().optional(),
    cert: z.string().optional(),
    key: z.string().optional(),
  }).refine(({ cert, key }) => (cert === undefined) === (key === undefined), {
    error: "expected cert and key, or neither",
  }).optional(),
}).refine(deadLettersAreApart, {
  path: ["dead-letter-exchange"],
  error: "expected another name than those of the bus's own exchanges",
});

function deadLettersAreApart(
  settings: { exchange: string; "dead-letter-exchange"?: string | undefined },
): boolean {
  const dead = settings["dead-letter-exchange"];
  return dead === undefined ||
    !Object.values(namesOf(settings.exchange)).includes(dead);
}

/** Checks settings and fills in defaults. */
export const settingsSchema: StandardSchema<unknown, RabbitMqSettings> = schema;

/**
 * Checks settings and fills in defaults, for programs that make a bus
 * themselves.
 *
 * @example
 * ```ts
 * import { rabbitMqSettings } from "@caryatid/process/rabbit-mq";
 * import assert from "node:assert/strict";
 *
 * assert.equal(rabbitMqSettings({ exchange: "shop" }).heartbeat, 5);
 * assert.throws(() => rabbitMqSettings({ url: "http://broker/" }), {
 *   code: "INVALID_CONFIG",
 * });
 * ```
 * @throws {CaryatidError} `INVALID_CONFIG` with a list of all problems
 */
export function rabbitMqSettings(
  settings: Readonly<Record<string, unknown>> = {},
): RabbitMqSettings {
  const { data, error } = schema.safeParse(settings);
  if (data) return data;
  throw new CaryatidError(
    "INVALID_CONFIG",
    `Cannot use the settings of a RabbitMQ bus: ${z.prettifyError(error)}`,
  );
}
