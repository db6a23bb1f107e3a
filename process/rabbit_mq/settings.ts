import { CaryatidError, type StandardSchema } from "@caryatid/sdk";
import { MOST_QUEUE_SIZE, QUEUE_SIZE } from "@caryatid/sdk/bus";
import { z } from "zod";
import { isBrokerUrl } from "./broker_address.ts";
import { namesOf } from "./names.ts";

/** Settings of `[message-bus.<id>] class = "rabbit-mq"`, checked and complete. Times are in seconds, sizes in bytes. */
export interface RabbitMqSettings {
  /** Where the broker is; several of a cluster are tried in turn. */
  readonly url: string | readonly string[];
  /** Replaces the password of every URL by what this file holds, so that no secret is in the configuration. */
  readonly "password-file"?: string | undefined;
  /** The topic exchange shared with everybody on this bus ("caryatid"). */
  readonly exchange: string;
  /** Messages that a subscription is sent ahead of its loop, unless it says otherwise (100). */
  readonly "subscriber-queue-size": number;
  /** Publishes on their way at the same time, without a confirm (1,000). */
  readonly "publish-window": number;
  /** What may wait while the broker is away or blocks (10,000 messages, 64 MiB). */
  readonly "publish-buffer": {
    /** How many. */
    readonly messages: number;
    /** Their bodies' bytes. */
    readonly bytes: number;
  };
  /** Largest body (16 MiB). RabbitMQ closes the connection of who sends more than its own limit. */
  readonly "max-message-size": number;
  /** How long connecting may take, the handshake included (10). */
  readonly "connect-timeout": number;
  /** A connection is given up when nothing was heard for two of these (10). */
  readonly heartbeat: number;
  /** What queues of groups are: "quorum" for clusters ("classic"). */
  readonly "queue-type": "classic" | "quorum";
  /** How long the queue of a group outlives its last member (86,400). */
  readonly "group-expires": number;
  /** How often a delivery that nobody finished is given out again before it is a dead letter, where those are kept (5). */
  readonly redeliveries: number;
  /** Where dead letters go: an exchange, with a durable queue of the same name. None are kept unless it is set. */
  readonly "dead-letter-exchange"?: string | undefined;
  /** Message ids that each subscription remembers, to drop second copies (0: none). */
  readonly "dedupe-window": number;
  /** Shares the queue of Rust handlers instead of answering beside them. Brokers before 4.3 only (false). */
  readonly "join-rust-handlers": boolean;
  /** For `amqps://`: files of the certificate authority, and of a client certificate. */
  readonly tls?: {
    /** Certificates of authorities to trust. */
    readonly ca?: string | undefined;
    /** The client's certificate. */
    readonly cert?: string | undefined;
    /** Its key. */
    readonly key?: string | undefined;
  } | undefined;
}

/** In seconds: RabbitMQ counts milliseconds, in 32 bits. */
const MOST_EXPIRES = (2 ** 32 - 1) / 1000;

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

const amqpUrl = z.string().refine(isBrokerUrl, {
  error: "wanted a URL like amqp://user:password@host:5672/vhost, " +
    "with / ? # @ of a password as %2F %3F %23 %40",
});

const seconds = (fallback: number, most = 86_400 * 365) =>
  z.number().positive().max(most).default(fallback);
const exchangeName = z.string().min(1)
  .refine((name) => bytesOf(name) <= 200, {
    error: "wanted at most 200 bytes, so that there is room for what follows",
  })
  .refine((name) => !name.startsWith("amq."), {
    error:
      "wanted a name that doesn't begin with \"amq.\": those are the broker's",
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
  heartbeat: z.int().min(1).max(3600).default(10),
  "queue-type": z.enum(["classic", "quorum"]).default("classic"),
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
    error: "wanted cert and key, or neither",
  }).optional(),
}).refine(deadLettersAreApart, {
  path: ["dead-letter-exchange"],
  error: "wanted another name than those of the bus's own exchanges",
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
 * Checks settings and fills in defaults, for programs that make a bus themselves.
 *
 * @example
 * ```ts
 * import { rabbitMqSettings } from "@caryatid/process/rabbit-mq";
 * import assert from "node:assert/strict";
 *
 * assert.equal(rabbitMqSettings({ exchange: "shop" }).heartbeat, 10);
 * assert.throws(() => rabbitMqSettings({ url: "http://broker/" }), {
 *   code: "INVALID_CONFIG",
 * });
 * ```
 * @throws {CaryatidError} `INVALID_CONFIG` with all that is wrong
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
