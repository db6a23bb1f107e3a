import type { Context } from "@caryatid/sdk";
import { Hono, type MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { BusRoute } from "./bus_route.ts";
import { unavailable } from "./bus_problem.ts";
import type { RestServerConfig } from "./config.ts";
import { Cors } from "./cors.ts";
import { cutResponse, problemResponse } from "./problem_response.ts";
import type { KnownRoutes } from "./known_routes.ts";
import { asksForHealth, healthyResponse } from "./health.ts";
import { RequestHeaders } from "./headers.ts";
import { OpenStreams } from "./open_streams.ts";
import { Problem, problem } from "./problem.ts";
import { BODILESS } from "./rest_response.ts";
import { RequestIds } from "./request_ids.ts";
import { RequestLog } from "./request_log.ts";
import { Targets } from "./targets.ts";
import { Visit } from "./visit.ts";

/** What Hono calls the environment of the gateway's app: every request is a {@linkcode Visit}. */
export interface GatewayEnv {
  /** The `env` of Hono's context. */
  Bindings: Visit;
}

/** What stands between a client and the bus. */
export interface GatewayParts {
  readonly context: Context;
  readonly config: RestServerConfig;
  /** Learns which routes there are. */
  readonly known: KnownRoutes;
  /** Limits, bearer tokens, compression, in this order: a request passes all of them before it comes to any route. */
  readonly guards: readonly MiddlewareHandler[];
  /** Routes of their own, asked before the bus: live streams, files, the program's app. Not counted in `max-concurrent`. */
  readonly before: readonly WebApp[];
  /** Asked when nobody on the bus handles a path. */
  readonly behind: WebApp | undefined;
}

/** A Hono app, of whatever types and copy of Hono. */
export interface WebApp {
  /** Its routes. */
  readonly routes: readonly unknown[];
  /** Answers a request; `env` is what its handlers find as `c.env`. */
  fetch(request: Request, env?: object): Response | Promise<Response>;
}

/** Answers requests: the part of a server that knows no sockets. Only what every web platform has is used here. */
export class Gateway {
  readonly #config: RestServerConfig;
  readonly #app = new Hono<GatewayEnv>();
  readonly #streams = new OpenStreams();
  readonly #bus: BusRoute;
  readonly #cors: Cors | undefined;
  readonly #ids: RequestIds | undefined;
  readonly #log: RequestLog;
  readonly #targets: Targets;
  readonly #isBare: boolean;
  #isOpen = false;
  #running = 0;

  /** Answers 503 until it is opened. */
  constructor(parts: GatewayParts) {
    const { context, config, known, behind } = parts;
    this.#config = config;
    this.#targets = new Targets(config.tls ? "https" : "http", config.dots);
    this.#cors = config.cors && new Cors(config.cors);
    this.#ids = config.requestId ? new RequestIds(config.requestId) : undefined;
    this.#log = new RequestLog(context.log, config.requestLog);
    this.#bus = new BusRoute({
      context,
      config,
      known,
      streams: this.#streams,
      behind: behind && ((request, visit) => behind.fetch(request, visit)),
    });
    this.#isBare = parts.guards.length + parts.before.length === 0;
    for (const guard of parts.guards) this.#app.use(guard);
    for (const app of parts.before) this.#app.route("/", app as Hono);
    this.#app.all("*", (c) => this.#bus.answer(c.req.raw, c.env));
    this.#app.onError((error, c) => this.#failed(error, c.env));
  }

  /** Requests without an answer yet, and answers that are not all sent. */
  get running(): number {
    return this.#running + this.#streams.size;
  }

  /** Takes requests from now on. */
  open(): void {
    this.#isOpen = true;
  }

  /** Takes none any more; those it has go on. */
  close(): void {
    this.#isOpen = false;
  }

  /** Ends what still goes on: requests with a 503, bodies in the middle. */
  cut(): void {
    this.#bus.cut();
    this.#streams.cut();
  }

  /** Lets go of its timers, when nothing goes on any more. */
  release(): void {
    this.#bus.close();
  }

  /** Answers a request. `peer` gives the address at the other end of its connection. */
  async fetch(request: Request, peer: () => string): Promise<Response> {
    const began = this.#log.begin();
    const { method } = request;
    const headers = new RequestHeaders(request.headers);
    if (!isFramed(headers)) {
      const refused = problem(400, "the body's length is ambiguous");
      this.#log.write(method, undefined, 400, began, refused);
      return cutResponse(refused);
    }
    let visit: Visit | undefined;
    let response: Response;
    this.#running++;
    try {
      visit = this.#visit(request, headers, peer);
      if (!this.#isOpen) throw unavailable();
      const preflight = this.#cors?.preflight(method, headers);
      if (preflight) response = preflight;
      else if (asksForHealth(this.#config.health, method, visit)) {
        response = healthyResponse(visit); // whoever asks has no token
      } // Hono is asked where there is something to route.
      else if (this.#isBare) response = await this.#bus.answer(request, visit);
      else response = await this.#app.fetch(request, visit);
    } catch (error) {
      response = this.#failed(error, visit);
    } finally {
      this.#running--;
    }
    const marked = this.#marked(response, method, headers, visit);
    this.#log.write(method, visit, marked.status, began, visit?.problem);
    return marked;
  }

  #visit(
    request: Request,
    headers: RequestHeaders,
    peer: () => string,
  ): Visit {
    const target = this.#targets.read(request, headers.own.host);
    const id = this.#ids?.of(headers);
    return new Visit(target, id, headers, peer, this.#config.trustedProxies);
  }

  /** What the gateway adds to each answer, whoever gave it. */
  #marked(
    response: Response,
    method: string,
    headers: RequestHeaders,
    visit: Visit | undefined,
  ): Response {
    if (response.status === 101) return response; // a socket by now
    let marked = response;
    if (
      method === "HEAD" && !BODILESS.has(response.status) &&
      !response.headers.has("content-length")
    ) {
      // An answer without any body would be given the length 0.
      marked = new Response(new Blob([]).stream(), response);
    } else if (!visit?.isPlain || this.#config.compression) {
      // Also where there is no body: the headers of what an app has fetched can't be changed.
      const { body } = response;
      marked = new Response(body && this.#streams.of(body), response);
    }
    if (visit?.id !== undefined) {
      marked.headers.set(this.#ids!.header, visit.id);
    }
    this.#cors?.mark(marked.headers, headers.own.origin);
    return marked;
  }

  #failed(error: unknown, visit: Visit | undefined): Response {
    const found = problemOf(error);
    if (visit) {
      visit.problem = found;
      visit.isPlain = true;
    }
    return problemResponse(found);
  }
}

/** Whether everybody who reads the message sees the same end of it (E12: Deno takes two equal lengths, and other encodings). */
function isFramed({ own, hop }: RequestHeaders): boolean {
  const length = own["content-length"];
  if (length !== undefined && !/^\d{1,15}$/.test(length)) return false;
  const encoding = hop["transfer-encoding"];
  return encoding === undefined || encoding.toLowerCase() === "chunked";
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!(error instanceof HTTPException)) {
    return problem(500, "", { cause: error });
  }
  const challenge = error.res?.headers.get("www-authenticate");
  return problem(error.status, "", {
    cause: error,
    ...(challenge && { headers: { "www-authenticate": challenge } }),
  });
}
