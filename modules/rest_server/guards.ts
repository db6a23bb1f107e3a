import type { MiddlewareHandler } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { compress } from "hono/compress";
import { ownerOf } from "./address.ts";
import type { RestServerConfig } from "./config.ts";
import type { GatewayEnv } from "./gateway.ts";
import { problem } from "./problem.ts";
import { type RateLimit, RateLimiter } from "./rate_limit.ts";

/** What every request passes before it comes to a route: only what is configured, since each costs. */
export function guards(
  config: RestServerConfig,
  tokens: readonly string[] | undefined,
): readonly MiddlewareHandler[] {
  const all: MiddlewareHandler[] = [];
  if (config.rateLimit) all.push(limited(config.rateLimit));
  // It compares hashes, in constant time.
  if (tokens) all.push(bearerAuth({ token: [...tokens] }));
  if (config.compression) all.push(compress());
  return all;
}

function limited(limit: RateLimit): MiddlewareHandler<GatewayEnv> {
  const limiter = new RateLimiter(limit);
  return async (c, next) => {
    const wait = limiter.take(ownerOf(c.env.address), performance.now());
    if (wait > 0) {
      throw problem(429, "", {
        headers: { "retry-after": `${Math.ceil(wait / 1_000)}` },
      });
    }
    await next();
  };
}
