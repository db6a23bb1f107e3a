import { z } from "zod";
import { topicKey } from "../config_topics.ts";
import { type Network, parseNetwork } from "./gateway/address.ts";
import type { CorsRules } from "./gateway/cors.ts";
import { type LiveConfig, liveSchema } from "./live_config.ts";
import { type OpenApiConfig, openApiSchema } from "./openapi_config.ts";
import type { RateLimit } from "./gateway/rate_limit.ts";
import type { RequestLogLevel } from "./gateway/request_log.ts";
import type { Dots } from "./topic_of.ts";

/** Times in seconds. A timer accepts at most 2,147,483 s. */
const seconds = z.number().min(0.001).max(2_000_000);
const count = z.int().min(1).max(1_000_000);

const address = z.string().refine(
  (text) => text === "localhost" || (isAddress(text) && !text.includes("/")),
  "expected an IP address, or localhost",
);
const network = z.string().refine(
  isAddress,
  'expected an IP address or a network such as "10.0.0.0/8"',
);
const mediaType = z.string().toLowerCase().regex(
  /^[\w.+-]+\/([\w.+-]+|\*)$/,
  'expected a media type such as "application/json" or "text/*"',
);
const headerName = z.string().toLowerCase().regex(
  /^[!#$%&'*+.^_`|~0-9a-z-]+$/,
  "expected the name of a header",
);
const method = z.string().regex(/^[A-Z]+$/, 'expected a method such as "GET"');
const origin = z.string().regex(
  /^(\*|https?:\/\/[^/\s?#*]+)$/,
  'expected an origin such as "https://example.com", or "*" for all',
);
const path = z.string().regex(
  /^\/[\w./~-]*$/,
  'expected a path such as "/assets"',
);

const host = z.string().regex(
  /^(\*|[\w.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?)$/,
  'expected a name such as "example.com" or "localhost:4340", or "*" for any',
);

const health = z.string().regex(
  /^(\/[\w.~-]+)+$/,
  'expected a path such as "/health"',
);

const cors = z.object({
  origins: z.array(origin).min(1),
  methods: z.array(method).default([
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
  ]),
  headers: z.array(headerName).default(["content-type"]),
  expose: z.array(headerName).default([]),
  credentials: z.boolean().default(false),
  "max-age": z.number().min(0).max(86_400).default(600),
}).refine(
  ({ origins, credentials }) => !credentials || !origins.includes("*"),
  'credentials need the origins by name: no browser takes "*" with them',
);

const auth = z.object({
  "tokens-file": z.string().min(1).optional(),
  "tokens-env": z.string().min(1).optional(),
}).refine(
  (keys) =>
    (keys["tokens-file"] === undefined) !==
      (keys["tokens-env"] === undefined),
  "expected either tokens-file or tokens-env",
);

/** Schema of the section of a server. */
export const restServerSchema = z.object({
  address: address.default("127.0.0.1"),
  port: z.int().min(0).max(65_535).default(4340),
  topic: topicKey.default("rest"),
  variant: z.boolean().default(false),
  dots: z.enum(["escape", "split"]).default("escape"),
  "request-timeout": seconds.optional(),
  "body-timeout": seconds.default(30),
  "min-body-rate": z.int().min(0).max(1_073_741_824).default(240),
  "drain-timeout": seconds.default(5),
  "max-body-size": z.int().min(0).max(1_073_741_824).default(16_777_216),
  "max-concurrent": count.default(1_000),
  "max-uploads": count.default(256),
  "max-buffered": z.int().min(65_536).max(17_179_869_184).default(67_108_864),
  hosts: z.array(host).min(1).optional(),
  "media-types": z.array(mediaType).min(1).optional(),
  "request-id": headerName.optional(),
  "request-log": z.enum(["none", "debug", "info"]).default("debug"),
  "trusted-proxies": z.array(network).default([]),
  compression: z.boolean().default(false),
  health: health.optional(),
  metrics: health.optional(),
  tls: z.object({ cert: z.string().min(1), key: z.string().min(1) }).optional(),
  auth: auth.optional(),
  "rate-limit": z.object({
    requests: count,
    per: seconds.default(1),
    clients: count.default(10_000),
  }).optional(),
  cors: cors.optional(),
  static: z.object({ folder: z.string().min(1), path: path.default("/") })
    .optional(),
  live: liveSchema.optional(),
  openapi: openApiSchema.optional(),
});

/** Section of a server, as its schema returns it. */
export type RestServerSection = z.infer<typeof restServerSchema>;

/** Settings of a server. Times are in milliseconds. */
export interface RestServerConfig {
  readonly address: string;
  readonly port: number;
  readonly topic: string;
  readonly variant: boolean;
  readonly dots: Dots;
  /** Timeout of requests; undefined for the default of the bus. */
  readonly requestTimeout: number | undefined;
  readonly bodyTimeout: number;
  /** Bytes per second that a client must send. */
  readonly minBodyRate: number;
  readonly drainTimeout: number;
  readonly maxBodySize: number;
  readonly maxConcurrent: number;
  /** Maximum number of bodies that are read at the same time. */
  readonly maxUploads: number;
  /** Maximum number of bytes that are buffered for all clients together. */
  readonly maxBuffered: number;
  /**
   * Names of the server; those of the loopback interface if undefined and it
   * listens there, else any.
   */
  readonly hosts: readonly string[] | undefined;
  readonly mediaTypes: readonly string[] | undefined;
  readonly requestId: string | undefined;
  readonly requestLog: RequestLogLevel;
  readonly trustedProxies: readonly Network[];
  readonly compression: boolean;
  /** Path of the health of the server. */
  readonly health: string | undefined;
  /** Path of the metrics for Prometheus. */
  readonly metrics: string | undefined;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly auth: TokenSource | undefined;
  readonly rateLimit: RateLimit | undefined;
  readonly cors: CorsRules | undefined;
  readonly static: StaticFolder | undefined;
  readonly live: LiveConfig | undefined;
  readonly openapi: OpenApiConfig | undefined;
}

/** Source of bearer tokens: exactly one of the keys is set. */
export interface TokenSource {
  readonly file: string | undefined;
  readonly env: string | undefined;
}

/** Folder of files to serve, and the path that they are below. */
export interface StaticFolder {
  readonly folder: string;
  readonly path: string;
}

/** Converts a section to the settings of a server. */
export function readSection(section: RestServerSection): RestServerConfig {
  const timeout = section["request-timeout"];
  const { auth, cors } = section;
  return {
    address: section.address,
    port: section.port,
    topic: section.topic,
    variant: section.variant,
    dots: section.dots,
    requestTimeout: timeout && timeout * 1_000,
    bodyTimeout: section["body-timeout"] * 1_000,
    minBodyRate: section["min-body-rate"],
    drainTimeout: section["drain-timeout"] * 1_000,
    maxBodySize: section["max-body-size"],
    maxConcurrent: section["max-concurrent"],
    maxUploads: section["max-uploads"],
    maxBuffered: section["max-buffered"],
    hosts: section.hosts,
    mediaTypes: section["media-types"],
    requestId: section["request-id"],
    requestLog: section["request-log"],
    trustedProxies: section["trusted-proxies"].map((text) =>
      parseNetwork(text)!
    ),
    compression: section.compression,
    health: section.health,
    metrics: section.metrics,
    tls: section.tls,
    auth: auth && { file: auth["tokens-file"], env: auth["tokens-env"] },
    rateLimit: rateLimitOf(section["rate-limit"]),
    cors: cors && { ...cors, maxAge: cors["max-age"] },
    static: section.static,
    live: section.live,
    openapi: section.openapi,
  };
}

function rateLimitOf(
  section: RestServerSection["rate-limit"],
): RateLimit | undefined {
  return section && { ...section, per: section.per * 1_000 };
}

function isAddress(text: string): boolean {
  return parseNetwork(text) !== undefined;
}
