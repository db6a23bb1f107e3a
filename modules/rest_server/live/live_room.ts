import type { Context } from "@caryatid/sdk";
import { Hono } from "hono";
import type { GatewayEnv } from "../gateway/gateway_app.ts";
import type { MemoryBudget } from "../gateway/memory_budget.ts";
import type { Answer, ListenOptions } from "../gateway/platform.ts";
import type { LiveConfig } from "../live_config.ts";
import { type Dots, routeOf } from "../topic_of.ts";
import { FrameBudget } from "./frame_budget.ts";
import { liveApp } from "./live_app.ts";
import { LiveServer } from "./live_server.ts";
import { SocketListener } from "./socket_listener.ts";

/** Live messages as a part of a REST server. */
export interface LiveRoom {
  readonly app: Hono<GatewayEnv>;
  /**
   * Listens for WebSockets, if that is configured. Returns the port, and
   * rejects with the platform's errors.
   */
  listen(
    answer: Answer,
    options: Omit<ListenOptions, "port"> & { readonly pagePort: number },
  ): Promise<number | undefined>;
  /** Ends all streams and sockets. */
  close(): Promise<void>;
}

/** Opens live messages for a gateway. */
export function openLiveRoom(
  context: Context,
  config: LiveConfig,
  { budget, dots }: { readonly budget: MemoryBudget; readonly dots: Dots },
): LiveRoom {
  const path = routeOf(config.path, dots);
  const live = new LiveServer(context, config);
  let sockets: SocketListener | undefined;
  const app = new Hono<GatewayEnv>()
    .use(`${path}/*`, async (c, next) => {
      // A stop ends the streams itself. Tracking each body would take memory
      // for every client.
      c.env.isPlain = true;
      await next();
    })
    .route("/", liveApp(live, () => sockets, path));
  return {
    app,
    async listen(answer, { address, tls, pagePort }) {
      const port = config["socket-port"];
      if (port === undefined) return undefined;
      const frames = new FrameBudget(budget);
      sockets = await SocketListener.listen({
        address,
        port,
        tls,
        pagePort,
        live,
        answer,
        budget: frames,
      });
      return sockets.port;
    },
    async close() {
      await live.close();
      await sockets?.close();
    },
  };
}
