import type { Context } from "@caryatid/sdk";
import type { ModuleTracer } from "@caryatid/sdk/internal/tracing";
import type { Hono } from "hono";
import type { RestServerConfig } from "../config.ts";
import { AnswerMarks } from "./answer_marks.ts";
import { AnswerStreams } from "./answer_streams.ts";
import { BusHandler } from "./bus_handler.ts";
import { Cors } from "./cors.ts";
import { EarlyAnswers } from "./early_answers.ts";
import { framingProblem, isFramed } from "./framing.ts";
import {
  gatewayApp,
  type GatewayAppOptions,
  type GatewayEnv,
  type WebApp,
} from "./gateway_app.ts";
import { RequestHeaders } from "./headers.ts";
import { hostsOf } from "./hosts.ts";
import type { KnownRoutes } from "./known_routes.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import {
  cutResponse,
  failureResponse,
  problemResponse,
} from "./problem_response.ts";
import { RequestContext } from "./request_context.ts";
import { RequestIds } from "./request_ids.ts";
import { RequestLog } from "./request_log.ts";
import { type Target, Targets } from "./targets.ts";
import { discardBody } from "./unread_body.ts";

/** Options of {@linkcode Gateway}. */
export interface GatewayOptions extends GatewayAppOptions {
  readonly context: Context;
  readonly config: RestServerConfig;
  /** Remembers which routes exist. */
  readonly known: KnownRoutes;
  readonly budget: MemoryBudget;
  /** App that answers requests without a handler on the bus. */
  readonly behind: WebApp | undefined;
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
  readonly #early: EarlyAnswers;
  readonly #ids: RequestIds | undefined;
  readonly #log: RequestLog;
  /** Undefined if only the bus answers, whose answers get no more headers. */
  readonly #marks: AnswerMarks | undefined;
  readonly #headMarks: AnswerMarks;
  readonly #targets: Targets;
  readonly #tracing: ModuleTracer | undefined;
  /** True if the app has no route and no middleware in front of the bus. */
  readonly #isDirect: boolean;
  readonly #hasBehind: boolean;
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
    const cors = config.cors && new Cors(config.cors);
    this.#early = new EarlyAnswers(context, config, cors);
    this.#ids = config.requestId ? new RequestIds(config.requestId) : undefined;
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
    this.#headMarks = new AnswerMarks({
      cors,
      ids: this.#ids,
      streams: this.#streams,
      compression: config.compression,
    });
    const isBare = this.#isDirect && !behind && !cors && !this.#ids;
    this.#marks = isBare ? undefined : this.#headMarks;
    this.#app = gatewayApp(options, this.#bus);
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
    this.#early.isOpen = true;
  }

  /** Refuses further requests. Requests in flight finish. */
  close(): void {
    this.#early.isOpen = false;
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
      const problem = this.#early.limited(headers, peer) ?? refused;
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
      const early = this.#early.of(method, env);
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
      response = failureResponse(error, request, env);
    }
    this.#running--;
    if (env.stream !== undefined) cancelDropped(env.stream, response);
    if (method !== "GET" && method !== "HEAD") {
      this.#bus.release(env);
      discardBody(request);
    }
    const marks = method === "HEAD" ? this.#headMarks : this.#marks;
    const marked = marks === undefined ? response : marks.mark(response, env);
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
