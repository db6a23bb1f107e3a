import { Hono } from "hono";
import { answerEvents } from "./events_route.ts";
import type { LiveServer } from "./live_server.ts";
import { refused } from "./refusal.ts";
import type { SocketListener } from "./socket_listener.ts";
import { answerSocket } from "./socket_route.ts";

/**
 * The routes as a sub-app, for a server on Hono. `sockets` returns the listener
 * of WebSockets, if there is one; `path` is spelled as the server routes it.
 */
export function liveApp(
  live: LiveServer,
  sockets: () => SocketListener | undefined,
  path: string = live.config.path,
): Hono {
  const app = new Hono();
  app.get(`${path}/events`, (request) => answerEvents(request, live));
  app.all(`${path}/events`, wrongMethod);
  app.use(`${path}/socket`, async (request, next) => {
    const listener = sockets();
    if (listener === undefined) return await next();
    if (request.req.method !== "GET") return wrongMethod();
    return answerSocket(request, live, listener);
  });
  return app;
}

function wrongMethod(): never {
  throw refused({
    status: 405,
    code: "METHOD_NOT_ALLOWED",
    detail: "Expected GET",
    headers: { allow: "GET, HEAD" },
  });
}
