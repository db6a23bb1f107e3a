import type { Context } from "@caryatid/sdk";
import { Hono } from "hono";
import { answerEvents } from "./events_route.ts";
import type { LiveConfig } from "./live_config.ts";
import { LiveServer } from "./live_server.ts";
import { problemResponse } from "./problem.ts";
import { answerSocket, type Upgrade } from "./socket_route.ts";

/** What the routes are made of. */
export interface LiveOptions {
  /** The section `[module.rest-server.live]`, as {@linkcode liveConfig} has checked it. */
  readonly config: LiveConfig;
  /** Makes a WebSocket of a request: `Deno.upgradeWebSocket`, or what does the same elsewhere. Without it there is no WebSocket. */
  readonly upgrade?: Upgrade;
}

/** Live messages for browsers, to be mounted by a server. */
export interface Live extends AsyncDisposable {
  /** Answers `<path>/events` and `<path>/socket`; whoever mounts it decides who may ask, and answers what it doesn't know. */
  readonly app: Hono;
  /** How many clients are connected, of both kinds. */
  readonly clients: number;
  /** Ends streams and closes sockets, which the stop of the module does, too. Harmless twice. */
  close(): Promise<void>;
}

/** Makes the routes on which browsers hear and publish what the configuration allows. */
export function liveRoutes(context: Context, options: LiveOptions): Live {
  const { config, upgrade } = options;
  const live = new LiveServer(context, config);
  const app = new Hono();
  app.get(`${config.path}/events`, (request) => answerEvents(request, live));
  if (upgrade) {
    app.get(
      `${config.path}/socket`,
      (request) => answerSocket(request, live, upgrade),
    );
  }
  app.all(`${config.path}/:kind{events|socket}`, (request) => {
    if (request.req.param("kind") === "socket" && !upgrade) {
      return request.notFound();
    }
    return problemResponse({
      status: 405,
      code: "METHOD_NOT_ALLOWED",
      detail: "Wanted GET",
      headers: { allow: "GET, HEAD" },
    });
  });
  return {
    app,
    get clients() {
      return live.clients.count;
    },
    close: () => live.close(),
    [Symbol.asyncDispose]: () => live.close(),
  };
}
