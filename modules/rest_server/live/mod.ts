/**
 * Live messages for browsers: server-sent events and WebSocket, on an allowed list of topics. Part of the class `rest-server`,
 * and a sub-app for any server on Hono.
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
 *     const live = liveRoutes(context, { config, upgrade: Deno.upgradeWebSocket });
 *     const server = Deno.serve({ port: 0 }, live.fetch);
 *     context.signal.addEventListener("abort", () => server.shutdown());
 *     context.run(() => server.finished);
 *   },
 * });
 * ```
 *
 * @module
 */
export { type Live, type LiveOptions, liveRoutes } from "./live.ts";
export {
  type LiveConfig,
  liveConfig,
  type LiveConfigInput,
} from "./live_config.ts";
export type { Upgrade } from "./socket_route.ts";
