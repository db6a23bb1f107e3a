import { Hono } from "hono";
import { answerEvents } from "./events_route.ts";
import type { LiveServer } from "./live_server.ts";
import { refused } from "./refusal.ts";
import { answerSocket, type Upgrade } from "./socket_route.ts";

/** The routes as a sub-app, for a server on Hono. */
export function liveApp(live: LiveServer, upgrade?: Upgrade): Hono {
  const { path } = live.config;
  const app = new Hono();
  app.get(`${path}/events`, (request) => answerEvents(request, live));
  app.all(`${path}/events`, wrongMethod);
  if (upgrade) {
    app.get(
      `${path}/socket`,
      (request) => answerSocket(request, live, upgrade),
    );
    app.all(`${path}/socket`, wrongMethod);
  }
  return app;
}

function wrongMethod(): never {
  throw refused({
    status: 405,
    code: "METHOD_NOT_ALLOWED",
    detail: "Wanted GET",
    headers: { allow: "GET, HEAD" },
  });
}
