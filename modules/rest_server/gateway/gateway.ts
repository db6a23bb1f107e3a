import type { Context } from "@caryatid/sdk";
import type { ModuleTracer } from "@caryatid/sdk/internal/tracing";
import {
  type Context as HonoContext,
  Hono,
  type MiddlewareHandler,
  type Next,
} from "hono";
import { type Problem, problem } from "../problem.ts";
import { ownerOf } from "./address.ts";
import { AnswerStreams } from "./answer_streams.ts";
import { BusHandler } from "./bus_handler.ts";
import { unavailable } from "./bus_problem.ts";
import type { RestServerConfig } from "../config.ts";
import { Cors } from "./cors.ts";
import { framingProblem, isFramed } from "./framing.ts";
import { RequestHeaders } from "./headers.ts";
import { HealthRoutes } from "./health.ts";
import { hostsOf } from "./hosts.ts";
import type { KnownRoutes } from "./known_routes.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import { cutResponse, problemOf, problemResponse } from "./problem_response.ts";
import { RateLimiter } from "./rate_limit.ts";
import { addressOf, RequestContext } from "./request_context.ts";
import { RequestIds } from "./request_ids.ts";
import { RequestLog } from "./request_log.ts";
import { BODILESS } from "./rest_response.ts";
import { type Target, Targets } from "./targets.ts";
import { discardBody } from "./unread_body.ts";

/**
 * Environment of the gateway's Hono app: every request is a {@linkcode
 * RequestContext}.
 */
export interface GatewayEnv {
  /** The `env` of Hono's context. */
  Bindings: RequestContext;
}

/** Options of {@linkcode Gateway}. */
export interface GatewayOptions {
  readonly context: Context;
  readonly config: RestServerConfig;
  /** Remembers which routes exist. */
  readonly known: KnownRoutes;
  readonly budget: MemoryBudget;
  /**
   * Middleware in front of all routes, such as bearer tokens and compression.
   */
  readonly guards: readonly MiddlewareHandler[];
  /**
   * Apps that can answer before the bus: live streams, files, the app of the
   * program. Their requests do not count in `max-concurrent`.
   */
  readonly before: readonly WebApp[];
  /** App that answers requests without a handler on the bus. */
  readonly behind: WebApp | undefined;
}

/** Hono app, of any types and any copy of Hono. */
export interface WebApp {
  /** Its routes. */
  readonly routes: readonly unknown[];
  /** Answers a request. `env` is `c.env` of its handlers. */
  fetch(request: Request, env?: object): Response | Promise<Response>;
}

/**
 * Hono app whose last handler is the bus, with checks in front of it. It uses
 * no sockets, and only APIs of every web platform.
 *
 * By hand, before Hono: targets and framing are checked as they came, since
 * Hono routes by a parsed URL (`/a/../b` is `/b` there).
 */
export class Gateway {
  readonly #config: RestServerConfig;
  readonly #app: Hono<GatewayEnv>;
  readonly #streams: AnswerStreams;
  readonly #bus: BusHandler;
  readonly #cors: Cors | undefined;
  readonly #health: HealthRoutes | undefined;
  readonly #ids: RequestIds | undefined;
  readonly #limiter: RateLimiter | undefined;
  readonly #log: RequestLog;
  readonly #targets: Targets;
  readonly #tracing: ModuleTracer | undefined;
  /** True if only the bus answers, whose answers get no further headers. */
  readonly #isBare: boolean;
  /** True if the app has no route and no middleware in front of the bus. */
  readonly #isDirect: boolean;
  readonly #hasBehind: boolean;
  #isOpen = false;
  #running = 0;

  /** Creates a gateway that answers 503 until `open`. */
  constructor(options: GatewayOptions) {
    const { context, config, known, budget, behind, guards, before } = options;
    this.#config = config;
    this.#streams = new AnswerStreams(budget);
    this.#targets = new Targets({
      scheme: config.tls ? "https" : "http",
      dots: config.dots,
      hosts: hostsOf(config.hosts, config.address),
    });
    this.#cors = config.cors && new Cors(config.cors);
    this.#health = config.health === undefined
      ? undefined
      : new HealthRoutes(config.health, context);
    this.#ids = config.requestId ? new RequestIds(config.requestId) : undefined;
    this.#limiter = config.rateLimit && new RateLimiter(config.rateLimit);
    this.#log = new RequestLog(context.log, config.requestLog);
    if ("tracing" in context) {
      this.#tracing = context.tracing as ModuleTracer | undefined;
    }
    this.#bus = new BusHandler({
      context,
      config,
      known,
      budget,
      streams: this.#streams,
      behind: behind && ((request, env) => behind.fetch(request, env)),
    });
    this.#isDirect = guards.length + before.length === 0;
    this.#hasBehind = behind !== undefined;
    this.#isBare = this.#isDirect && !behind && !this.#cors && !this.#ids;
    this.#app = new Hono<GatewayEnv>({
      getPath: (_, options) => (options!.env as RequestContext).target.route,
    });
    if (!this.#isDirect) this.#app.use((c, next) => this.#share(c, next));
    for (const guard of guards) this.#app.use(guard);
    for (const app of before) this.#app.route("/", app as Hono);
    this.#app.all("*", (c) => this.#bus.answer(c.req.raw, c.env));
    this.#app.onError((error, c) => this.#failed(error, c.req.raw, c.env));
  }

  /**
   * Number of requests without an answer, and of answers that were not sent
   * completely.
   */
  get running(): number {
    return this.#running + this.#streams.size;
  }

  /**
   * Accepts requests from now on. `fallback` is the host and port that the
   * platform assumes for a request without a host.
   */
  open(fallback?: string): void {
    this.#targets.fallback = fallback;
    this.#isOpen = true;
  }

  /** Refuses further requests. Requests in flight finish. */
  close(): void {
    this.#isOpen = false;
  }

  /** Ends requests in flight with a 503, and breaks bodies off. */
  cut(): void {
    this.#bus.cut();
    this.#streams.cut();
  }

  /** Releases its timers. Call it when no request is in flight. */
  release(): void {
    this.#bus.close();
  }

  /** Answers a request. */
  fetch(request: Request, peer: () => string): Promise<Response> {
    const tracing = this.#tracing;
    if (tracing === undefined) return this.#fetch(request, peer);
    return tracing.http(
      `${request.method} ${pathOf(request.url)}`,
      request.headers.get("traceparent") ?? undefined,
      () => this.#fetch(request, peer),
    );
  }

  async #fetch(request: Request, peer: () => string): Promise<Response> {
    const began = this.#log.begin(this.#bus.ticks);
    const { method } = request;
    const headers = new RequestHeaders(request.headers);
    const refused = framingProblem(method, headers);
    if (refused) {
      const problem = this.#limited(headers, peer) ?? refused;
      this.#log.write(method, undefined, problem.status, began, problem);
      // Of an answer to HEAD no body is sent that could break off. Over HTTP/2
      // nothing would arrive of one that does.
      const { url } = request;
      const namesHost = () => this.#targets.namesHost(url);
      return method === "HEAD" || isFramed(headers, namesHost)
        ? problemResponse(problem)
        : cutResponse(problem);
    }
    this.#running++;
    const env = this.#context(request, headers, peer);
    let response: Response;
    try {
      const early = this.#early(method, env);
      // Calling the only handler directly saves the context, the match and two
      // promises of Hono. Hono removes the body of an answer to HEAD.
      if (early) response = early;
      else if (!this.#isDirect || method === "HEAD") {
        response = await this.#app.fetch(request, env);
      } else if (method !== "GET" || this.#hasBehind) {
        response = await this.#bus.answer(request, env);
      } else {
        const pending = this.#bus.begin(request, env);
        try {
          response = this.#bus.respond(pending, await pending.answer);
        } catch (error) {
          throw this.#bus.failure(pending, error);
        }
      }
    } catch (error) {
      response = this.#failed(error, request, env);
    }
    this.#running--;
    if (env.stream !== undefined) cancelDropped(env.stream, response);
    if (method !== "GET" && method !== "HEAD") {
      this.#bus.release(env);
      discardBody(request);
    }
    const marked = this.#isBare && method !== "HEAD"
      ? response
      : this.#marked(response, method, headers, env);
    this.#log.write(method, env, marked.status, began, env.problem);
    return marked;
  }

  #context(
    request: Request,
    headers: RequestHeaders,
    peer: () => string,
  ): RequestContext {
    let target: Target | undefined;
    let refusal: unknown;
    try {
      target = this.#targets.read(request, headers.own["host"]);
      // HTTP/2 has the host in the target.
      headers.own["host"] ??= target.authority;
    } catch (error) {
      refusal = error;
    }
    const env = new RequestContext(
      request.method,
      target,
      this.#ids?.of(headers),
      headers,
      peer,
      this.#config.trustedProxies,
    );
    env.refusal = refusal;
    return env;
  }

  /**
   * Makes Hono read a body within the limits of the server, and once for
   * middleware and handlers: Hono looks for it here first.
   */
  #share(c: HonoContext<GatewayEnv>, next: Next): Promise<void> {
    const { method } = c.env;
    if (method !== "GET" && method !== "HEAD") {
      Object.defineProperty(c.req.bodyCache, "arrayBuffer", {
        get: () => this.#bus.read(c.req.raw, c.env).then((all) => all.buffer),
        enumerable: true,
      });
    }
    return next();
  }

  /** Returns the answer to a request that does not reach a route. */
  #early(method: string, env: RequestContext): Response | undefined {
    const { path, headers } = env;
    const health = path === undefined
      ? undefined
      : this.#health?.answer(method, path, { isOpen: this.#isOpen });
    if (health) {
      env.isPlain = true;
      return health;
    }
    const limited = this.#limiter && this.#limited(headers, () => env.address);
    if (limited) throw limited;
    if (env.refusal !== undefined) throw env.refusal;
    if (!this.#isOpen) throw unavailable();
    return this.#cors?.preflight(method, headers);
  }

  /** Counts a request. Returns a 429 if its client may make no more. */
  #limited(headers: RequestHeaders, peer: () => string): Problem | undefined {
    if (this.#limiter === undefined) return undefined;
    const address = addressOf(headers, peer, this.#config.trustedProxies);
    const wait = this.#limiter.take(ownerOf(address), performance.now());
    if (wait === 0) return undefined;
    return problem(429, "", {
      headers: { "retry-after": `${Math.ceil(wait / 1_000)}` },
    });
  }

  /**
   * Adds the request id and the CORS headers, which every answer gets, and
   * tracks a body that is streamed.
   */
  #marked(
    response: Response,
    method: string,
    headers: RequestHeaders,
    env: RequestContext,
  ): Response {
    // the connection is a WebSocket now
    if (response.status === 101) return response;
    let marked = response;
    if (
      method === "HEAD" && !BODILESS.has(response.status) &&
      !response.headers.has("content-length")
    ) {
      // An answer without any body would be given the length 0.
      marked = new Response(new Blob([]).stream(), response);
    } else if (!env.isPlain || this.#config.compression) {
      // Answers without a body are copied as well: the headers of a response
      // that an app fetched are immutable.
      const { body } = response;
      marked = new Response(body && this.#streams.of(body), response);
    }
    if (env.id !== undefined) marked.headers.set(this.#ids!.header, env.id);
    this.#cors?.mark(marked.headers, headers.own["origin"]);
    return marked;
  }

  #failed(error: unknown, request: Request, env: RequestContext): Response {
    const found = problemOf(error);
    env.problem = found;
    env.isPlain = true;
    discardBody(request);
    return problemResponse(found);
  }
}

/**
 * Cancels the stream of a route if a middleware has replaced its answer, so
 * that its file or its place of a client is free.
 */
function cancelDropped(
  stream: ReadableStream<Uint8Array>,
  response: Response,
): void {
  // A locked stream has a reader: the middleware has wrapped it.
  if (stream === response.body || stream.locked) return;
  stream.cancel().catch(() => {}); // its source reports its own errors
}

/** Returns the path of a URL, cut to 255 characters, without its query. */
function pathOf(url: string): string {
  const begin = url.indexOf("/", url.indexOf("://") + 3);
  const end = url.search(/[?#]/);
  return url.slice(begin, end < 0 ? undefined : end).slice(0, 255);
}
