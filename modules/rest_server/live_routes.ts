import { Hono } from "hono";
import type { GatewayEnv } from "./gateway.ts";
import { liveApp } from "./live/live_app.ts";
import type { LiveServer } from "./live/live_server.ts";
import type { Upgrade } from "./live/socket_route.ts";

/** Live messages as routes of a gateway. */
export function liveRoutesOf(
  live: LiveServer,
  upgrade: Upgrade | undefined,
): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>()
    .use(`${live.config.path}/events`, async (c, next) => {
      // The stop ends streams by itself: to watch each body would take memory of every client.
      c.env.isPlain = true;
      await next();
    })
    .route("/", liveApp(live, upgrade));
}
