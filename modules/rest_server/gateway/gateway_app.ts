import {
  type Context as HonoContext,
  Hono,
  type MiddlewareHandler,
  type Next,
} from "hono";
import type { BusHandler } from "./bus_handler.ts";
import { failureResponse } from "./problem_response.ts";
import type { RequestContext } from "./request_context.ts";

/**
 * Environment of the gateway's Hono app: every request is a {@linkcode
 * RequestContext}.
 */
export interface GatewayEnv {
  /** The `env` of Hono's context. */
  Bindings: RequestContext;
}

/** Hono app, of any types and any copy of Hono. */
export interface WebApp {
  /** Its routes. */
  readonly routes: readonly unknown[];
  /** Answers a request. `env` is `c.env` of its handlers. */
  fetch(request: Request, env?: object): Response | Promise<Response>;
}

/** Parts of the app of a gateway. */
export interface GatewayAppOptions {
  /**
   * Middleware in front of all routes, such as bearer tokens and compression.
   */
  readonly guards: readonly MiddlewareHandler[];
  /**
   * Apps that can answer before the bus: live streams, files, the app of the
   * program. Their requests do not count in `max-concurrent`.
   */
  readonly before: readonly WebApp[];
}

/** Creates the Hono app of a gateway. Its last handler is the bus. */
export function gatewayApp(
  { guards, before }: GatewayAppOptions,
  bus: BusHandler,
): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>({
    getPath: (_, options) => (options!.env as RequestContext).target.route,
  });
  if (guards.length + before.length > 0) {
    app.use((c, next) => shareBody(c, next, bus));
  }
  for (const guard of guards) app.use(guard);
  for (const each of before) app.route("/", each as Hono);
  app.all("*", (c) => bus.answer(c.req.raw, c.env));
  app.onError((error, c) => failureResponse(error, c.req.raw, c.env));
  return app;
}

/**
 * Makes Hono read a body within the limits of the server, and once for
 * middleware and handlers: Hono looks for it here first.
 */
function shareBody(
  c: HonoContext<GatewayEnv>,
  next: Next,
  bus: BusHandler,
): Promise<void> {
  const { method } = c.env;
  if (method !== "GET" && method !== "HEAD") {
    Object.defineProperty(c.req.bodyCache, "arrayBuffer", {
      get: () => bus.read(c.req.raw, c.env).then((all) => all.buffer),
      enumerable: true,
    });
  }
  return next();
}
