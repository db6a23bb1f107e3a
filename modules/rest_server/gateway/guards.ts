import type { Context, MiddlewareHandler, Next } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { compress, COMPRESSIBLE_CONTENT_TYPE_REGEX } from "hono/compress";
import type { RestServerConfig } from "../config.ts";

/** Smallest answer that is compressed, in bytes. */
const LEAST_COMPRESSED = 1_024;

/**
 * Returns the middleware in front of all routes. It contains only configured
 * parts, since each one takes time.
 */
export function guards(
  config: RestServerConfig,
  tokens: readonly string[] | undefined,
): readonly MiddlewareHandler[] {
  const all: MiddlewareHandler[] = [];
  // Hono compares hashes, in constant time.
  if (tokens) all.push(bearerAuth({ token: [...tokens] }));
  if (config.compression) {
    all.push(unsizedHead, compress({ threshold: LEAST_COMPRESSED }));
  }
  return all;
}

/**
 * Takes the length off an answer to HEAD that GET would compress, since
 * `hono/compress` passes HEAD by: the length is not that of GET.
 */
async function unsizedHead(c: Context, next: Next): Promise<void> {
  await next();
  const { headers } = c.res;
  const length = headers.get("content-length");
  if (
    c.req.method !== "HEAD" || length === null ||
    Number(length) < LEAST_COMPRESSED ||
    !COMPRESSIBLE_CONTENT_TYPE_REGEX.test(headers.get("content-type") ?? "")
  ) return;
  c.header("vary", "Accept-Encoding", { append: true });
  if (c.req.header("accept-encoding")) c.header("content-length", undefined);
}
