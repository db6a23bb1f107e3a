import type { StandardSchema } from "@caryatid/sdk";
import { z } from "zod";
import { patternKey } from "../config_topics.ts";

const count = (most: number) => z.number().int().min(1).max(most);

/**
 * The section `[module.rest-server.live]`, as part of the schema of a module.
 */
export const liveSchema: z.ZodType<LiveConfig, LiveConfigInput> = z.object({
  "socket-port": z.number().int().min(0).max(65_535).optional(),
  path: z.string().regex(
    /^(\/[\w.~-]+)+$/,
    'expected a path as "/live", without a slash at its end',
  ).default("/live"),
  subscribe: z.array(patternKey).default([]),
  publish: z.array(patternKey).default([]),
  buffer: count(1_000_000).default(1_000),
  "buffer-size": count(1 << 30).default(1 << 20),
  "max-clients": count(1_000_000).default(1_000),
  "max-subscriptions": count(1_000).default(16),
  "max-feeds": count(100_000).default(200),
  grace: z.number().min(0).max(86_400).default(30),
  heartbeat: z.number().min(1).max(3_600).default(15),
  retry: z.number().min(0.1).max(3_600).default(2),
  "max-message-size": count(1 << 24).default(1 << 16),
  "max-rate": z.number().min(0.1).max(100_000).default(20),
  origins: z.array(z.string().min(1)).default([]),
});

/**
 * Checks the section `[module.rest-server.live]`. Clients can subscribe to and
 * publish on only the topics that the section names.
 */
export const liveConfig: StandardSchema<LiveConfigInput, LiveConfig> =
  liveSchema;

/** Permissions and limits of live messages for browsers. */
export interface LiveConfig {
  /** Path of the routes: `<path>/events` and `<path>/socket` (`/live`). */
  readonly path: string;
  /**
   * Port for WebSockets; without it there are only server-sent events (none).
   */
  readonly "socket-port"?: number | undefined;
  /** Patterns that clients may subscribe to, and narrower ones (none). */
  readonly subscribe: readonly string[];
  /** Patterns of topics that clients may publish on (none). */
  readonly publish: readonly string[];
  /**
   * Messages kept of each feed, for clients that reconnect or are slow (1,000).
   */
  readonly buffer: number;
  /**
   * Characters of JSON kept of each feed; a larger message is not sent
   * (1,048,576).
   */
  readonly "buffer-size": number;
  /** Clients at a time, of both kinds (1,000). */
  readonly "max-clients": number;
  /** Patterns that one client may be subscribed to (16). */
  readonly "max-subscriptions": number;
  /** Different sets of patterns that are listened to at a time (200). */
  readonly "max-feeds": number;
  /**
   * Seconds for which a feed stays open after its last client left, so that
   * clients can resume (30).
   */
  readonly grace: number;
  /** Seconds between signs of life on a quiet connection (15). */
  readonly heartbeat: number;
  /** Seconds after which an `EventSource` connects again (2). */
  readonly retry: number;
  /** Bytes of a WebSocket frame from a client (65,536). */
  readonly "max-message-size": number;
  /**
   * Frames a second from one WebSocket client, and how many it may send at once
   * (20).
   */
  readonly "max-rate": number;
  /**
   * Origins, besides the server's own, whose pages may open a WebSocket; `*` is
   * any (none).
   */
  readonly origins: readonly string[];
}

/** Input of the section: all keys have defaults. */
export type LiveConfigInput = { readonly [Key in keyof LiveConfig]?: unknown };
