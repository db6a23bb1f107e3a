import { type Context, defineModule, type Module } from "@caryatid/sdk";
import { urlHost } from "../server_address.ts";
import {
  readSection,
  type RestServerConfig,
  restServerSchema,
} from "./config.ts";
import { Gateway } from "./gateway/gateway.ts";
import type { WebApp } from "./gateway/gateway_app.ts";
import { guards } from "./gateway/guards.ts";
import { KnownRoutes } from "./gateway/known_routes.ts";
import { drain, listen, readTls } from "./gateway/listen.ts";
import { MemoryBudget } from "./gateway/memory_budget.ts";
import { permissionsFor } from "./gateway/permissions.ts";
import { findPlatform } from "./gateway/find_platform.ts";
import { metricsApp } from "./gateway/metrics_app.ts";
import type { Platform } from "./gateway/platform.ts";
import { servedWords } from "./gateway/served_words.ts";
import { readTokens } from "./gateway/tokens.ts";
import { topicsFor } from "./gateway/topics_for.ts";
import type { LiveRoom } from "./live/live_room.ts";
import { routeOf } from "./topic_of.ts";

/** Options of {@linkcode createRestServer}. */
export interface RestServerOptions {
  /** The class of the module ("rest-server"). */
  readonly name?: string;
  /**
   * Routes, and middleware, of the program's own; or what makes them, for each
   * server of this class.
   */
  readonly app?: WebApp | ((context: Context) => WebApp);
  /**
   * Place of the app: "front" answers before the bus, and its middleware also
   * applies to requests for the bus; "behind" answers requests that no module
   * handles ("front").
   */
  readonly place?: "front" | "behind";
  /**
   * Called with the address of the server as soon as it listens: for `port =
   * 0`, and for tests.
   */
  readonly onListen?: (listening: Listening) => void;
}

/** Address of a server. */
export interface Listening {
  /** The module's id. */
  readonly id: string;
  /** Such as `http://127.0.0.1:4340`. */
  readonly url: string;
  /** Port that the server listens on. */
  readonly port: number;
  /** Port of WebSockets, if live messages have one. */
  readonly socketPort?: number;
}

/**
 * Makes the module `rest-server`, with an app of the program's own in front of
 * the bus, or behind it.
 *
 * @example
 * ```ts
 * import {
 *   createRestServer,
 *   handleRoute,
 * } from "@caryatid/modules/rest-server";
 * import { Process } from "@caryatid/process";
 * import { Hono } from "hono";
 * import assert from "node:assert/strict";
 *
 * const app = new Hono().get("/own", (c) => c.text("no bus here"));
 * let url = "";
 * const server = createRestServer({
 *   app,
 *   onListen: (listening) => url = listening.url,
 * });
 * await using process = await Process.create({
 *   config: {
 *     module: { "rest-server": { port: 0 } },
 *     log: { level: "error" },
 *   },
 *   modules: [server],
 * });
 * handleRoute(process.context, "GET /hello/:name", ({ params }) => ({
 *   hello: params.name,
 * }));
 * await process.start();
 *
 * assert.equal(await (await fetch(`${url}/own`)).text(), "no bus here");
 * const answer = await fetch(`${url}/hello/Ada`);
 * assert.deepEqual(await answer.json(), { hello: "Ada" });
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
  const platform = await findPlatform();
  const budget = new MemoryBudget(config.maxBuffered);
  const live = config.live && await openLive(context, config, budget);
  const gateway = await makeGateway(
    { context, config, platform, budget, live },
    options,
  );
  const listener = await listen(gateway, config, platform);
  const { port } = listener;
  const socketPort = await live?.listen(
    (request, peer) => gateway.fetch(request, peer),
    {
      address: config.address,
      tls: await readTls(config, platform),
      pagePort: port,
    },
  );
  const scheme = config.tls ? "https" : "http";
  const url = `${scheme}://${urlHost(config.address)}:${port}`;
  const stopped = Promise.withResolvers<void>();
  const stop = async () => {
    const ended = live?.close(); // their clients wait for nothing
    const isDrained = await drain(gateway, listener, config.drainTimeout);
    await ended;
    gateway.release();
    if (!isDrained) {
      log.warn(
        "ended the requests in flight {seconds} s after the stop began",
        {
          seconds: config.drainTimeout / 1_000,
        },
      );
    }
    stopped.resolve();
  };
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  // The task below never begins if the process fails to start.
  context.defer(() => stopped.promise);
  options.onListen?.({
    id: context.id,
    url,
    port,
    ...(socketPort !== undefined && { socketPort }),
  });
  context.run(async () => {
    // Over TLS browsers speak HTTP/2, also with this very name.
    gateway.open(config.tls ? undefined : `localhost:${port}`);
    log.info("REST server listening on {url}", { url });
    await stopped.promise;
  });
}

/** Parts of a gateway. */
interface Parts {
  readonly context: Context;
  readonly config: RestServerConfig;
  readonly platform: Platform;
  readonly budget: MemoryBudget;
  readonly live: LiveRoom | undefined;
}

async function makeGateway(
  { context, config, platform, budget, live }: Parts,
  options: RestServerOptions,
): Promise<Gateway> {
  const app = typeof options.app === "function"
    ? options.app(context)
    : options.app;
  const isBehind = options.place === "behind";
  const known = new KnownRoutes(context, config.topic, servedWords(config));
  const tokens = config.auth && await readTokens(config.auth, platform);
  const before = [
    config.metrics === undefined
      ? undefined
      : metricsApp(routeOf(config.metrics, config.dots), context),
    // First: its middleware guards all that follows.
    isBehind ? undefined : app,
    live?.app,
    config.openapi && await openApi(context, config, known),
    config.static && await files(config, platform),
  ];
  return new Gateway({
    context,
    config,
    known,
    budget,
    guards: guards(config, tokens),
    before: before.filter((each) => each !== undefined),
    behind: isBehind ? app : undefined,
  });
}

// Rooms are loaded only if they are configured: each one takes its part of a
// start.

async function openLive(
  context: Context,
  { live, dots }: RestServerConfig,
  budget: MemoryBudget,
): Promise<LiveRoom> {
  const { openLiveRoom } = await import("./live/live_room.ts");
  return openLiveRoom(context, live!, { budget, dots });
}

async function openApi(
  { log }: Context,
  { openapi, auth, dots }: RestServerConfig,
  known: KnownRoutes,
): Promise<WebApp> {
  const { openApiRoutes } = await import("./openapi/openapi_routes.ts");
  const isSecured = auth !== undefined;
  return openApiRoutes({ config: openapi!, known, log, isSecured, dots });
}

async function files(
  config: RestServerConfig,
  platform: Platform,
): Promise<WebApp> {
  const { staticFiles } = await import("./gateway/static_files.ts");
  return await staticFiles(config.static!, platform, config.dots);
}
