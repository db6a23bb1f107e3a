import type { RouteRequest } from "./route_request.ts";
import type { RestRequest } from "../rest_message.ts";

/** Request to a route with schemas. */
export interface DefinedRequest<P, Q, H, B> {
  /** Such as `GET`. */
  readonly method: string;
  /** Output of the schema `params`; without a schema, texts. */
  readonly params: P;
  /**
   * Output of the schema `query`; without a schema, the last text of each
   * parameter.
   */
  readonly query: Q;
  /**
   * Output of the schema `headers`; without a schema, texts by names in lower
   * case.
   */
  readonly headers: H;
  /** Output of the schema `body`; without a schema, the parsed body. */
  readonly body: B;
  /** Fires when the client has left, or the time for the answer is over. */
  readonly signal: AbortSignal;
  /** Message as received. */
  readonly message: RestRequest;
}

/** Parts of a request that schemas have transformed. */
interface Parts {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  readonly body: unknown;
}

/** Request that matches the schemas of its route. */
export class CheckedRequest
  implements DefinedRequest<unknown, unknown, unknown, unknown> {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  readonly body: unknown;
  readonly method: string;
  readonly message: RestRequest;
  readonly #asked: RouteRequest;

  /** Takes `parts` from the schemas, and all other properties from `asked`. */
  constructor(asked: RouteRequest, parts: Parts) {
    this.#asked = asked;
    this.method = asked.method;
    this.message = asked.message;
    this.params = parts.params;
    this.query = parts.query;
    this.headers = parts.headers;
    this.body = parts.body;
  }

  /** Created on first use, since most handlers do not use it. */
  get signal(): AbortSignal {
    return this.#asked.signal;
  }
}
