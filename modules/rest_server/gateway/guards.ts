import type { MiddlewareHandler } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { compress } from "hono/compress";
import type { RestServerConfig } from "../config.ts";

/**
 * Returns the middleware that every request passes before it comes to a route:
 * only what is configured, since each one costs.
 */
export function guards(
  config: RestServerConfig,
  tokens: readonly string[] | undefined,
): readonly MiddlewareHandler[] {
  const all: MiddlewareHandler[] = [];
  // It compares hashes, in constant time.
  if (tokens) all.push(bearerAuth({ token: [...tokens] }));
  if (config.compression) all.push(compress());
  return all;
}
