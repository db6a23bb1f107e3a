/**
 * Live messages for browsers: server-sent events and WebSocket, on an allowed
 * list of topics. Part of the class `rest-server`, and a sub-app for any server
 * on Hono.
 *
 * @example
 * ```ts
 * import { defineModule } from "@caryatid/sdk";
 * import { liveConfig, liveRoutes } from "@caryatid/modules/rest-server/live";
 *
 * const browsers = defineModule({
 *   name: "browsers",
 *   config: liveConfig,
 *   init(context, config) {
 *     const live = liveRoutes(context, { config });
 *     const server = Deno.serve({ port: 0 }, live.fetch);
 *     context.signal.addEventListener("abort", () => server.shutdown());
 *     context.run(() => server.finished);
 *   },
 * });
 * ```
 *
 * @module
 */
export {
  type Live,
  type LiveOptions,
  liveRoutes,
  type SocketOptions,
} from "./live.ts";
export {
  type LiveConfig,
  liveConfig,
  type LiveConfigInput,
} from "../live_config.ts";
