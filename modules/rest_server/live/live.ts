import type { Context } from "@caryatid/sdk";
import { liveApp } from "./live_app.ts";
import type { LiveConfig } from "./live_config.ts";
import { problemResponse } from "../problem_response.ts";
import { Problem } from "../problem.ts";
import { LiveServer } from "./live_server.ts";
import type { Upgrade } from "./socket_route.ts";

/** What the routes are made of. */
export interface LiveOptions {
  /** The section `[module.rest-server.live]`, as {@linkcode liveConfig} has checked it. */
  readonly config: LiveConfig;
  /** Makes a WebSocket of a request: `Deno.upgradeWebSocket`, or what does the same elsewhere. Without it there is no WebSocket. */
  readonly upgrade?: Upgrade;
}

/** Live messages for browsers, behind any server. */
export interface Live extends AsyncDisposable {
  /**
   * Answers `<path>/events` and `<path>/socket`, and all else with 404. Whoever calls it has decided that the client may ask, and
   * passes the answer on as it comes: not compressed, not gathered.
   */
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** How many clients are connected, of both kinds. */
  readonly clients: number;
  /** Ends streams and closes sockets, which the stop of the module does, too. Harmless twice. */
  close(): Promise<void>;
}

/**
 * Makes the routes on which browsers hear and publish what the configuration allows.
 *
 * @example
 * ```ts
 * import { liveConfig, liveRoutes } from "@caryatid/modules/rest-server/live";
 * import { defineModule, type Module } from "@caryatid/sdk";
 *
 * export default defineModule({
 *   name: "browsers",
 *   config: liveConfig,
 *   init(context, config) {
 *     const live = liveRoutes(context, { config });
 *     context.run(async () => {
 *       const { signal } = context;
 *       await Deno.serve({ port: 8000, signal }, live.fetch).finished;
 *     });
 *   },
 * }) as Module;
 * ```
 */
export function liveRoutes(context: Context, options: LiveOptions): Live {
  const { config, upgrade } = options;
  const live = new LiveServer(context, config);
  const app = liveApp(live, upgrade);
  app.onError((error) => {
    if (error instanceof Problem) return problemResponse(error);
    throw error;
  });
  return {
    fetch: (request) => app.fetch(request),
    get clients() {
      return live.clients.count;
    },
    close: () => live.close(),
    [Symbol.asyncDispose]: () => live.close(),
  };
}
