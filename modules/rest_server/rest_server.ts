import { type Context, defineModule, type Module } from "@caryatid/sdk";
import {
  readSection,
  type RestServerConfig,
  restServerSchema,
} from "./config.ts";
import { Gateway, type WebApp } from "./gateway.ts";
import { guards } from "./guards.ts";
import { drain, listen } from "./listen.ts";
import { KnownRoutes } from "./known_routes.ts";
import { openApiRoutes } from "./openapi/openapi_routes.ts";
import { LiveServer } from "./live/live_server.ts";
import { liveRoutesOf } from "./live_routes.ts";
import { staticFiles } from "./static_files.ts";
import { permissionsFor } from "./permissions.ts";
import { findPlatform, type Platform } from "./platform.ts";
import { readTokens } from "./tokens.ts";
import { topicsFor } from "./topics_for.ts";

/** What a server is given by the program, beside its configuration. */
export interface RestServerOptions {
  /** The class of the module ("rest-server"). */
  readonly name?: string;
  /** Routes, and middleware, of the program's own; or what makes them, for each server of this class. */
  readonly app?: WebApp | ((context: Context) => WebApp);
  /**
   * Where the app stands: "front" is asked before the bus, and its middleware sees what goes there, too; "behind" gets what nobody
   * handles ("front").
   */
  readonly place?: "front" | "behind";
  /** Is told where the server listens, as soon as it does: for `port = 0`, and for tests. */
  readonly onListen?: (listening: Listening) => void;
}

/** Where a server listens. */
export interface Listening {
  /** The module's id. */
  readonly id: string;
  /** Such as `http://127.0.0.1:4340`. */
  readonly url: string;
  /** Which one it is, where any was wanted. */
  readonly port: number;
}

/**
 * Makes the module `rest-server`, with an app of the program's own in front of the bus, or behind it.
 *
 * @example
 * ```ts
 * import { createRestServer, handleRoute } from "@caryatid/modules/rest-server";
 * import { Process } from "@caryatid/process";
 * import { Hono } from "hono";
 * import assert from "node:assert/strict";
 *
 * const app = new Hono().get("/own", (c) => c.text("no bus here"));
 * let url = "";
 * const server = createRestServer({ app, onListen: (listening) => url = listening.url });
 * await using process = await Process.create({
 *   config: { module: { "rest-server": { port: 0 } }, log: { level: "error" } },
 *   modules: [server],
 * });
 * handleRoute(process.context, "GET /hello/:name", ({ params }) => ({ hello: params.name }));
 * await process.start();
 *
 * assert.equal(await (await fetch(`${url}/own`)).text(), "no bus here");
 * assert.deepEqual(await (await fetch(`${url}/hello/Ada`)).json(), { hello: "Ada" });
 * ```
 */
export function createRestServer(
  options: RestServerOptions = {},
): Module {
  return defineModule({
    name: options.name ?? "rest-server",
    description: "HTTP in front of the bus: GET /hello asks rest.get.hello",
    config: restServerSchema,
    permissions: (section) => permissionsFor(readSection(section)),
    // What an app does with the context that it is given is its own affair.
    topics: typeof options.app === "function"
      ? undefined
      : (section) => topicsFor(readSection(section)),
    init: (context, section) => start(context, readSection(section), options),
  });
}

async function start(
  context: Context,
  config: RestServerConfig,
  options: RestServerOptions,
): Promise<void> {
  const { log, signal } = context;
  const live = config.live && new LiveServer(context, config.live);
  const platform = await findPlatform();
  const gateway = await makeGateway(
    context,
    { config, live, platform },
    options,
  );
  const listener = await listen(gateway, config, platform);
  const scheme = config.tls ? "https" : "http";
  const host = config.address.includes(":")
    ? `[${config.address}]`
    : config.address;
  const url = `${scheme}://${host}:${listener.port}`;
  const stopped = Promise.withResolvers<void>();
  const stop = async () => {
    live?.close(); // their clients wait for nothing
    const isDrained = await drain(gateway, listener, config.drainTimeout);
    gateway.release();
    if (!isDrained) {
      log.warn("cut what still went on {seconds} s after the stop", {
        seconds: config.drainTimeout / 1_000,
      });
    }
    stopped.resolve();
  };
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  // The task below never begins where the process fails to start.
  context.defer(() => stopped.promise);
  options.onListen?.({ id: context.id, url, port: listener.port });
  context.run(async () => {
    gateway.open();
    log.info("REST server listening on {url}", { url });
    await stopped.promise;
  });
}

/** What a gateway is made of, beside what the program gives. */
interface Parts {
  readonly config: RestServerConfig;
  readonly live: LiveServer | undefined;
  readonly platform: Platform;
}

async function makeGateway(
  context: Context,
  { config, live, platform }: Parts,
  options: RestServerOptions,
): Promise<Gateway> {
  const app = typeof options.app === "function"
    ? options.app(context)
    : options.app;
  const isBehind = options.place === "behind";
  const known = new KnownRoutes(context, config.topic);
  const isSecured = config.auth !== undefined;
  const openapi = config.openapi && openApiRoutes({
    config: config.openapi,
    known,
    log: context.log,
    isSecured,
  });
  const streams = live && liveRoutesOf(live, platform.upgrade);
  if (live && !platform.upgrade) {
    context.log.warn("no WebSocket here: only server-sent events are live");
  }
  const tokens = config.auth && await readTokens(config.auth, platform);
  const files = config.static &&
    await staticFiles(config.static, platform);
  return new Gateway({
    context,
    config,
    known,
    guards: guards(config, tokens),
    before: [streams, openapi, files, isBehind ? undefined : app].filter((
      each,
    ) => each !== undefined),
    behind: isBehind ? app : undefined,
  });
}
