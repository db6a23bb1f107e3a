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
import { elementsOf, topicOf, wordsOf } from "./topic_of.ts";
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
    const { maxConcurrent, dots } = this.#config;
    if (this.#running >= maxConcurrent) {
      throw unavailable(new Error(`${maxConcurrent} requests go on already`));
    }
    this.#running++;
    let bytes = NOTHING;
    let asking: Asking | undefined;
    try {
      const elements = elementsOf(visit.target.segments, dots);
      const words = wordsOf(elements, dots);
      const body = this.#body(request, visit);
      if (body !== undefined) bytes = await body;
      const question = this.#question(request.method, visit, elements, bytes);
      asking = this.#watch.begin(request);
      const response = await this.#ask(asking, words, question);
      visit.isPlain = true;
      return response;
    } catch (error) {
      const failure = busProblem(error);
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
    elements: readonly string[],
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
      elements,
      headers,
      body: bodyOf(bytes, type),
      trusted: visit.isProxied,
      withheld: auth ? "authorization" : undefined,
      id: requestId && id ? [requestId, id] : undefined,
    });
  }

  /** A HEAD request is for its own handler, else for GET's. */
  async #ask(
    asking: Asking,
    words: string,
    question: RestRequest,
  ): Promise<Response> {
    const { method } = question;
    const { topic, compression, variant, requestTimeout } = this.#config;
    const { context, known, streams } = this.#parts;
    const { signal } = asking;
    const options = requestTimeout === undefined
      ? { signal }
      : { signal, timeout: requestTimeout };
    for (let asked = question;;) {
      try {
        const answer = await context.request(
          topicOf(topic, asked.method, words),
          variant ? wrapRequest(asked) : asked,
          options,
        );
        const sized = compression || method === "HEAD";
        const response = toResponse(answer, sized, streams);
        if (response.status !== 404) known.learn(asked.method, words);
        return response;
      } catch (error) {
        if (!isNobody(error)) throw error;
        if (asked.method !== "HEAD") throw nobody(known.allowed(method, words));
        asked = { ...asked, method: "GET" };
      }
    }
  }
}

function isNobody(error: unknown): boolean {
  return error instanceof CaryatidError &&
    (error.code === "NO_HANDLER" || error.code === "NO_ROUTE");
}

function nobody(allowed: readonly string[]): Problem {
  return allowed.length === 0
    ? problem(404)
    : problem(405, "", { headers: { allow: allowed.join(", ") } });
}

/** The same request, for somebody else to read. */
function again(request: Request, body: Uint8Array<ArrayBuffer>): Request {
  const { method, headers } = request;
  return body.length === 0
    ? request
    : new Request(request.url, { method, headers, body });
}
