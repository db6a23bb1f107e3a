import type { Context } from "@caryatid/sdk";
import { liveApp } from "./live_app.ts";
import type { LiveConfig } from "../live_config.ts";
import { problemResponse } from "../gateway/problem_response.ts";
import { Problem } from "../problem.ts";
import { LiveServer } from "./live_server.ts";
import { MemoryBudget } from "../gateway/memory_budget.ts";
import { FrameBudget } from "./frame_budget.ts";
import { SocketListener } from "./socket_listener.ts";

/** Options of {@linkcode liveRoutes}. */
export interface LiveOptions {
  /**
   * The section `[module.rest-server.live]`, as {@linkcode liveConfig} has
   * checked it.
   */
  readonly config: LiveConfig;
}

/** Options of `Live.listen`. */
export interface SocketOptions {
  /** IP address ("127.0.0.1"). */
  readonly address?: string;
  /** Port (`socket-port` of the configuration, else any that is free). */
  readonly port?: number;
  /** Port of the pages that may connect: that of the server (none). */
  readonly pagePort?: number;
}

/** Live messages for browsers, behind any server. */
export interface Live extends AsyncDisposable {
  /**
   * Answers `<path>/events` and `<path>/socket`, and any other path with 404.
   * The caller must check that the client may connect, and must pass the answer
   * on at once, without compressing or buffering it.
   */
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /**
   * Listens for WebSockets at `<path>/socket` on a separate port: `port` if it
   * is given, else `socket-port` of the configuration, else any that is free; 0
   * is any that is free. Returns the port.
   */
  listen(options?: SocketOptions): Promise<number>;
  /** Number of connected clients, of both kinds. */
  readonly clients: number;
  /**
   * Ends streams and closes sockets. The module does the same when it stops. A
   * second call has no effect.
   */
  close(): Promise<void>;
}

/**
 * Creates the routes on which browsers receive and publish the messages that
 * the configuration allows.
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
  const { config } = options;
  const live = new LiveServer(context, config);
  let sockets: SocketListener | undefined;
  const app = liveApp(live, () => sockets);
  app.onError((error) => {
    if (error instanceof Problem) return problemResponse(error);
    throw error;
  });
  const close = async () => {
    await live.close();
    await sockets?.close();
    sockets = undefined;
  };
  return {
    fetch: (request) => app.fetch(request),
    async listen({ address = "127.0.0.1", port, pagePort } = {}) {
      sockets = await SocketListener.listen({
        address,
        port: port ?? config["socket-port"] ?? 0,
        tls: undefined,
        pagePort,
        live,
        answer: async (request) => await app.fetch(request),
        budget: new FrameBudget(new MemoryBudget(MOST_BUFFERED)),
      });
      return sockets.port;
    },
    get clients() {
      return live.clients.count;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Bytes of incomplete frames of all clients. */
const MOST_BUFFERED = 1 << 26;
