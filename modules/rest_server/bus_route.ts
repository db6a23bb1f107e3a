import { CaryatidError, type Context } from "@caryatid/sdk";
import { Deadlines } from "@caryatid/sdk/bus";
import { busProblem, unavailable } from "./bus_problem.ts";
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

/**
 * After so many milliseconds it is worth to know whether the client is still there. Most requests are answered before, and to
 * ask for the signal of a request makes it slower; and Deno warns of it.
 */
const PATIENCE = 50;

/** Asks the bus, and answers with what a module says. */
export class BusRoute {
  readonly #context: Context;
  readonly #config: RestServerConfig;
  readonly #known: KnownRoutes;
  readonly #streams: OpenStreams;
  readonly #deadlines = new Deadlines();
  readonly #asking = new Set<AbortController>();
  #running = 0;

  /** `known` learns which paths there are. */
  constructor(
    context: Context,
    config: RestServerConfig,
    known: KnownRoutes,
    streams: OpenStreams,
  ) {
    this.#context = context;
    this.#config = config;
    this.#known = known;
    this.#streams = streams;
  }

  /** Requests without an answer yet. */
  get running(): number {
    return this.#running;
  }

  /**
   * Answers a request.
   *
   * Rejects with a {@linkcode Problem}; 404 where nobody handles the path, which leaves `body` for somebody else to read.
   */
  async answer(
    request: Request,
    visit: Visit,
    body: Uint8Array,
  ): Promise<Response> {
    const { topic, dots } = this.#config;
    const elements = elementsOf(visit.target.segments, dots);
    const words = wordsOf(elements, dots);
    const question = this.#question(request, visit, elements, body);
    const head = request.method === "HEAD";
    for (const method of head ? ["HEAD", "GET"] : [request.method]) {
      try {
        const asked = question.method === method
          ? question
          : { ...question, method };
        const answer = await this.#ask(
          topicOf(topic, method, words),
          asked,
          request,
        );
        const response = toResponse(
          answer,
          head || this.#config.compression,
          this.#streams,
        );
        if (response.status !== 404) this.#known.learn(method, words);
        return response;
      } catch (error) {
        if (!isNobody(error)) throw busProblem(error);
      }
    }
    throw this.#nobody(request.method, words);
  }

  /** Takes part in the count of requests that go on, and reads the body. Rejects with a {@linkcode Problem}. */
  async enter<T>(
    request: Request,
    work: (body: Uint8Array) => Promise<T>,
  ): Promise<T> {
    const { maxConcurrent, maxBodySize, bodyTimeout } = this.#config;
    if (this.#running >= maxConcurrent) {
      throw unavailable(new Error(`${maxConcurrent} requests go on already`));
    }
    this.#running++;
    try {
      const body = await readBody(request, {
        maxSize: maxBodySize,
        timeout: bodyTimeout,
        deadlines: this.#deadlines,
      });
      return await work(body);
    } finally {
      this.#running--;
    }
  }

  /** Gives up what still waits for an answer: each becomes a 503. */
  cut(): void {
    for (const controller of [...this.#asking]) controller.abort();
  }

  #question(
    request: Request,
    visit: Visit,
    elements: readonly string[],
    bytes: Uint8Array,
  ): RestRequest {
    const { mediaTypes, auth, requestId } = this.#config;
    const type = request.headers.get("content-type");
    if (
      mediaTypes && bytes.length > 0 && !isAllowed(mediaType(type), mediaTypes)
    ) {
      throw problem(415, `the body may be ${mediaTypes.join(", ")}`);
    }
    return restRequest({
      method: request.method,
      target: visit.target,
      elements,
      headers: request.headers,
      body: bodyOf(bytes, type),
      trusted: visit.isProxied,
      withheld: auth ? "authorization" : undefined,
      id: requestId && visit.id ? [requestId, visit.id] : undefined,
    });
  }

  async #ask(
    topic: string,
    question: RestRequest,
    request: Request,
  ): Promise<unknown> {
    const controller = new AbortController();
    const abort = () => controller.abort();
    let client: AbortSignal | undefined;
    const patience = this.#deadlines.add(PATIENCE, () => {
      client = request.signal;
      if (client.aborted) abort();
      else client.addEventListener("abort", abort);
    });
    this.#asking.add(controller);
    const { requestTimeout, variant } = this.#config;
    try {
      return await this.#context.request(
        topic,
        variant ? wrapRequest(question) : question,
        {
          signal: controller.signal,
          ...(requestTimeout !== undefined && { timeout: requestTimeout }),
        },
      );
    } finally {
      patience.cancel();
      client?.removeEventListener("abort", abort);
      this.#asking.delete(controller);
    }
  }

  #nobody(method: string, words: string): Problem {
    const allowed = this.#known.allowed(method, words);
    return allowed.length === 0 ? problem(404) : problem(405, "", {
      headers: { allow: allowed.join(", ") },
    });
  }
}

function isNobody(error: unknown): boolean {
  return error instanceof CaryatidError &&
    (error.code === "NO_HANDLER" || error.code === "NO_ROUTE");
}
