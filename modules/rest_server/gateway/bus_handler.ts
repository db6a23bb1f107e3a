import { CaryatidError, type Context } from "@caryatid/sdk";
import { Deadlines } from "@caryatid/sdk/bus";
import type { RestServerConfig } from "../config.ts";
import { bodyOf, isAllowed, mediaType } from "../media_type.ts";
import { Problem, problem } from "../problem.ts";
import { type RestRequest, wrapRequest } from "../rest_message.ts";
import type { AnswerStreams } from "./answer_streams.ts";
import { BodyReader } from "./body_reader.ts";
import { BusOutages } from "./bus_outages.ts";
import { busProblem, unavailable } from "./bus_problem.ts";
import type { KnownRoutes } from "./known_routes.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import { type PendingAnswer, PendingAnswers } from "./pending_answers.ts";
import type { RequestContext } from "./request_context.ts";
import { restRequest } from "./rest_request.ts";
import { type ResponseOptions, toResponse } from "./rest_response.ts";

/** Options of {@linkcode BusHandler}. */
export interface BusHandlerOptions {
  readonly context: Context;
  readonly config: RestServerConfig;
  /** Remembers which paths exist. */
  readonly known: KnownRoutes;
  readonly budget: MemoryBudget;
  readonly streams: AnswerStreams;
  /** Answers requests to paths without a handler. */
  readonly behind:
    | ((request: Request, env: RequestContext) => Response | Promise<Response>)
    | undefined;
}

const NOTHING = new Uint8Array(0);

/**
 * Last handler of the gateway: makes a request on the bus, and sends the answer
 * of the module to the client.
 */
export class BusHandler {
  readonly #options: BusHandlerOptions;
  readonly #config: RestServerConfig;
  readonly #deadlines = new Deadlines();
  readonly #pending: PendingAnswers = new PendingAnswers((topic) =>
    this.#outages.isOut(this.#pending.ticks) &&
    this.#outages.of(topic) !== undefined
  );
  readonly #bodies: BodyReader;
  readonly #outages: BusOutages;
  readonly #toBody: ResponseOptions;
  readonly #toHead: ResponseOptions;
  #running = 0;

  /** Creates a handler without requests. */
  constructor(options: BusHandlerOptions) {
    const { context, config, budget, streams } = options;
    this.#options = options;
    this.#config = config;
    this.#outages = new BusOutages(context, config.topic);
    this.#toBody = { sized: config.compression, head: false, streams };
    this.#toHead = { sized: true, head: true, streams };
    this.#bodies = new BodyReader({
      maxSize: config.maxBodySize,
      timeout: config.bodyTimeout,
      minRate: config.minBodyRate,
      maxUploads: config.maxUploads,
      budget,
      deadlines: this.#deadlines,
    });
  }

  /** Counter that grows every 25 ms while requests arrive. */
  get ticks(): number {
    return this.#pending.ticks;
  }

  /** Answers a request, or rejects with a {@linkcode Problem}. */
  async answer(request: Request, env: RequestContext): Promise<Response> {
    const { method } = env;
    const { words } = env.target;
    // TRACE would reveal headers that a proxy adds, so no handler is called.
    if (method === "TRACE") throw this.#notAllowed(method, words);
    if (method !== "GET" && method !== "HEAD") this.#checkRoom();
    const bytes = method === "GET" || method === "HEAD"
      ? NOTHING
      : await this.read(request, env);
    try {
      const pending = this.begin(request, env, bytes);
      try {
        return this.respond(pending, await pending.answer);
      } catch (error) {
        throw this.failure(pending, error);
      }
    } catch (error) {
      const { behind } = this.#options;
      if (behind === undefined || !isMissing(error)) throw error;
      return await behind(again(request, bytes), env);
    }
  }

  /**
   * Reads the body of a request, at most once: every caller gets the same
   * bytes. They count in the budget until `release`.
   */
  read(
    request: Request,
    env: RequestContext,
  ): Promise<Uint8Array<ArrayBuffer>> {
    // What the runtime delivers is the body, whatever the headers say: HTTP/2
    // needs none.
    return env.body ??= this.#bodies.read(
      request,
      lengthOf(env.headers.own["content-length"]),
    );
  }

  /** Gives back what the body of a request took of the budget. */
  release({ body }: RequestContext): void {
    // A body that was refused took nothing.
    body?.then(({ length }) => this.#options.budget.give(length), () => {});
  }

  /**
   * Makes the request on the bus. The caller awaits its `answer`, and calls
   * `respond` or `failure`: one more promise would cost as much as reading all
   * headers. A slow upload does not count in `max-concurrent` before this call.
   *
   * Throws a {@linkcode Problem} if the request cannot be made.
   */
  begin(
    request: Request,
    env: RequestContext,
    bytes: Uint8Array = NOTHING,
  ): PendingAnswer {
    this.#checkRoom();
    const { method } = env;
    const question = this.#question(env, bytes);
    const topic = env.target.topic(this.#config.topic, method);
    const pending = this.#pending.begin(request, env, topic);
    if (this.#outages.isOut(this.#pending.ticks)) {
      const outage = this.#outages.of(topic);
      if (outage) {
        this.#pending.end(pending);
        throw unavailable(outage);
      }
    }
    this.#running++;
    pending.answer = method === "HEAD"
      ? this.#requestHead(pending, question)
      : this.#request(pending, topic, question);
    return pending;
  }

  /**
   * Returns the response for the answer of a module. Throws a
   * {@linkcode Problem} if the answer has another form.
   */
  respond(pending: PendingAnswer, answer: unknown): Response {
    this.#end(pending);
    const { env } = pending;
    const { method } = env;
    env.isPlain = true;
    const { known } = this.#options;
    const response = toResponse(
      answer,
      method === "HEAD" ? this.#toHead : this.#toBody,
    );
    // A HEAD request may have been answered by the handler of GET, so it is not
    // learned. A known GET implies HEAD.
    if (response.status !== 404 && method !== "HEAD") {
      known.learn(method, env.target.words);
    }
    return response;
  }

  /** Returns the problem for an error of the bus, or of `respond`. */
  failure(pending: PendingAnswer, error: unknown): Problem {
    this.#end(pending);
    const { method, target } = pending.env;
    if (isTimeout(error)) {
      const outage = this.#outages.of(pending.topic);
      return outage ? unavailable(outage) : busProblem(error);
    }
    return isUnhandled(error)
      ? this.#notAllowed(method, target.words)
      : busProblem(error);
  }

  /** Ends all requests in flight with a 503. */
  cut(): void {
    this.#pending.cut();
  }

  /** Releases timers, when nothing is in flight. */
  close(): void {
    this.#pending.close();
    this.#deadlines.close();
  }

  #checkRoom(): void {
    const { maxConcurrent } = this.#config;
    if (this.#running < maxConcurrent) return;
    throw unavailable(new Error(`${maxConcurrent} requests are in flight`));
  }

  #end(pending: PendingAnswer): void {
    if (this.#pending.end(pending)) this.#running--;
  }

  #question(
    { method, target, headers, id, isProxied }: RequestContext,
    bytes: Uint8Array,
  ): RestRequest {
    const { mediaTypes, auth, requestId } = this.#config;
    const type = headers.own["content-type"];
    if (
      mediaTypes && bytes.length > 0 && !isAllowed(mediaType(type), mediaTypes)
    ) {
      throw problem(415, `the body may be ${mediaTypes.join(", ")}`);
    }
    return restRequest({
      method,
      target,
      headers,
      body: bodyOf(bytes, type),
      trusted: isProxied,
      withheld: auth ? "authorization" : undefined,
      id: requestId && id ? [requestId, id] : undefined,
    });
  }

  #request(
    { signal }: PendingAnswer,
    topic: string,
    question: RestRequest,
  ): Promise<unknown> {
    const { variant, requestTimeout } = this.#config;
    return this.#options.context.request(
      topic,
      variant ? wrapRequest(question) : question,
      requestTimeout === undefined
        ? { signal }
        : { signal, timeout: requestTimeout },
    );
  }

  /** Makes a HEAD request; if it has no handler, a GET request. */
  async #requestHead(
    pending: PendingAnswer,
    question: RestRequest,
  ): Promise<unknown> {
    try {
      return await this.#request(pending, pending.topic, question);
    } catch (error) {
      if (!isUnhandled(error)) throw error;
      const topic = pending.env.target.topic(this.#config.topic, "GET");
      return await this.#request(pending, topic, {
        ...question,
        method: "GET",
      });
    }
  }

  /** Returns a 405 for a path that has other methods, else a 404. */
  #notAllowed(method: string, words: string): Problem {
    const allowed = this.#options.known.allowed(method, words);
    return allowed.length === 0
      ? problem(404)
      : problem(405, "", { headers: { allow: allowed.join(", ") } });
  }
}

function lengthOf(header: string | undefined): number | undefined {
  return header === undefined ? undefined : Number(header);
}

function isMissing(error: unknown): boolean {
  return error instanceof Problem &&
    (error.status === 404 || error.status === 405);
}

function isTimeout(error: unknown): boolean {
  return error instanceof CaryatidError && error.code === "REQUEST_TIMEOUT";
}

function isUnhandled(error: unknown): boolean {
  return error instanceof CaryatidError &&
    (error.code === "NO_HANDLER" || error.code === "NO_ROUTE");
}

/** Returns a copy of the request for another app. */
function again(request: Request, body: Uint8Array<ArrayBuffer>): Request {
  const { method, headers } = request;
  return method === "GET" || method === "HEAD"
    ? request
    : new Request(request.url, { method, headers, body });
}
