import type { AnswerStreams } from "./answer_streams.ts";
import type { Cors } from "./cors.ts";
import type { RequestContext } from "./request_context.ts";
import type { RequestIds } from "./request_ids.ts";
import { BODILESS } from "./rest_response.ts";

/** Options of {@linkcode AnswerMarks}. */
export interface MarkOptions {
  readonly cors: Cors | undefined;
  readonly ids: RequestIds | undefined;
  readonly streams: AnswerStreams;
  /** True if a middleware may replace the body of any answer. */
  readonly compression: boolean;
}

/**
 * Adds the request id and the CORS headers, which every answer gets, and tracks
 * bodies that are streamed.
 */
export class AnswerMarks {
  readonly #options: MarkOptions;

  /** Marks answers by these options. */
  constructor(options: MarkOptions) {
    this.#options = options;
  }

  /** Returns the answer to a request with its headers and its tracked body. */
  mark(response: Response, env: RequestContext): Response {
    // the connection is a WebSocket now
    if (response.status === 101) return response;
    const marked = this.#copy(response, env);
    const { cors, ids } = this.#options;
    const { headers, id } = env;
    if (id !== undefined) marked.headers.set(ids!.header, id);
    cors?.mark(marked.headers, headers.own["origin"]);
    return marked;
  }

  #copy(response: Response, { method, isPlain }: RequestContext): Response {
    if (
      method === "HEAD" && !BODILESS.has(response.status) &&
      !response.headers.has("content-length")
    ) {
      // An answer without any body would be given the length 0.
      return new Response(new Blob([]).stream(), response);
    }
    if (isPlain && !this.#options.compression) return response;
    // Answers without a body are copied as well: the headers of a response
    // that an app fetched are immutable.
    const { body } = response;
    return new Response(body && this.#options.streams.of(body), response);
  }
}
