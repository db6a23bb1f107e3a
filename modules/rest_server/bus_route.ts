import { CaryatidError, type Context } from "@caryatid/sdk";
import { Deadlines } from "@caryatid/sdk/bus";
import { busProblem, unavailable } from "./bus_problem.ts";
import { type Asking, ClientWatch } from "./client_watch.ts";
import type { RestServerConfig } from "./config.ts";
import type { KnownRoutes } from "./known_routes.ts";
import { bodyOf, isAllowed, mediaType } from "./media_type.ts";
import type { OpenStreams } from "./open_streams.ts";
import { type Problem, problem } from "./problem.ts";
import { readBody } from "./read_body.ts";
import { type RestRequest, wrapRequest } from "./rest_message.ts";
import { restRequest } from "./rest_request.ts";
import { toResponse } from "./rest_response.ts";
import { topicOf } from "./topic_of.ts";
import type { Visit } from "./visit.ts";

/** What a {@linkcode BusRoute} is made of. */
export interface BusRouteParts {
  readonly context: Context;
  readonly config: RestServerConfig;
  /** Learns which paths there are. */
  readonly known: KnownRoutes;
  readonly streams: OpenStreams;
  /** Asked when nobody handles a path. */
  readonly behind:
    | ((request: Request, visit: Visit) => Response | Promise<Response>)
    | undefined;
}

const NOTHING = new Uint8Array(0);

/** Asks the bus, and answers with what a module says. */
export class BusRoute {
  readonly #parts: BusRouteParts;
  readonly #config: RestServerConfig;
  readonly #deadlines = new Deadlines();
  readonly #watch = new ClientWatch();
  #running = 0;

  /** Nothing is asked yet. */
  constructor(parts: BusRouteParts) {
    this.#parts = parts;
    this.#config = parts.config;
  }

  /** Requests without an answer yet. */
  get running(): number {
    return this.#running;
  }

  /** Answers a request, or rejects with a {@linkcode Problem}. */
  // One `async` for the whole way: each more costs as much as a look at all headers.
  async answer(request: Request, visit: Visit): Promise<Response> {
    const { maxConcurrent } = this.#config;
    if (this.#running >= maxConcurrent) {
      throw unavailable(new Error(`${maxConcurrent} requests go on already`));
    }
    this.#running++;
    let bytes = NOTHING;
    let asking: Asking | undefined;
    try {
      const { words } = visit.target;
      const body = this.#body(request, visit);
      if (body !== undefined) bytes = await body;
      const question = this.#question(request.method, visit, bytes);
      asking = this.#watch.begin(request);
      const answer = question.method === "HEAD"
        ? await this.#askHead(asking, words, question)
        : await this.#ask(asking, words, question);
      visit.isPlain = true;
      return this.#response(answer, question.method, words);
    } catch (error) {
      const failure = this.#failure(error, request.method, visit);
      const { behind } = this.#parts;
      const isMissing = failure.status === 404 || failure.status === 405;
      if (!isMissing || behind === undefined) throw failure;
      return await behind(again(request, bytes), visit);
    } finally {
      if (asking) this.#watch.end(asking);
      this.#running--;
    }
  }

  /** Gives up what still waits for an answer: each becomes a 503. */
  cut(): void {
    this.#watch.cut();
  }

  /** When nothing goes on any more. */
  close(): void {
    this.#watch.close();
    this.#deadlines.close();
  }

  #body(
    request: Request,
    visit: Visit,
  ): Promise<Uint8Array<ArrayBuffer>> | undefined {
    const { method } = request;
    if (method === "GET" || method === "HEAD") return undefined;
    const { own, hop } = visit.headers;
    const length = own["content-length"];
    const isStreamed = hop["transfer-encoding"] !== undefined ||
      this.#config.tls !== undefined; // HTTP/2 needs neither
    if (length === undefined ? !isStreamed : Number(length) === 0) return;
    const { maxBodySize, bodyTimeout } = this.#config;
    const expected = length === undefined ? undefined : Number(length);
    return readBody(request, expected, {
      maxSize: maxBodySize,
      timeout: bodyTimeout,
      deadlines: this.#deadlines,
    });
  }

  #question(
    method: string,
    visit: Visit,
    bytes: Uint8Array,
  ): RestRequest {
    const { mediaTypes, auth, requestId } = this.#config;
    const { target, headers, id } = visit;
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
      trusted: visit.isProxied,
      withheld: auth ? "authorization" : undefined,
      id: requestId && id ? [requestId, id] : undefined,
    });
  }

  #ask(
    { signal }: Asking,
    words: string,
    question: RestRequest,
  ): Promise<unknown> {
    const { topic, variant, requestTimeout } = this.#config;
    return this.#parts.context.request(
      topicOf(topic, question.method, words),
      variant ? wrapRequest(question) : question,
      requestTimeout === undefined
        ? { signal }
        : { signal, timeout: requestTimeout },
    );
  }

  /** A HEAD request is for its own handler, else for GET's. */
  async #askHead(
    asking: Asking,
    words: string,
    question: RestRequest,
  ): Promise<unknown> {
    try {
      return await this.#ask(asking, words, question);
    } catch (error) {
      if (!isNobody(error)) throw error;
      return await this.#ask(asking, words, { ...question, method: "GET" });
    }
  }

  #response(answer: unknown, method: string, words: string): Response {
    const { known, streams } = this.#parts;
    const isSized = this.#config.compression || method === "HEAD";
    const response = toResponse(answer, isSized, streams);
    // Whether a HEAD was GET's isn't known here, nor needed: GET brings it along.
    if (response.status !== 404 && method !== "HEAD") {
      known.learn(method, words);
    }
    return response;
  }

  #failure(error: unknown, method: string, { target }: Visit): Problem {
    if (!isNobody(error)) return busProblem(error);
    const allowed = this.#parts.known.allowed(method, target.words);
    return allowed.length === 0
      ? problem(404)
      : problem(405, "", { headers: { allow: allowed.join(", ") } });
  }
}

function isNobody(error: unknown): boolean {
  return error instanceof CaryatidError &&
    (error.code === "NO_HANDLER" || error.code === "NO_ROUTE");
}

/** The same request, for somebody else to read. */
function again(request: Request, body: Uint8Array<ArrayBuffer>): Request {
  const { method, headers } = request;
  return body.length === 0
    ? request
    : new Request(request.url, { method, headers, body });
}
