import type { RouteRequest } from "./route_request.ts";
import type { RestRequest } from "../rest_message.ts";

/** Request to a route with schemas. */
export interface DefinedRequest<P, Q, H, B> {
  /** Such as `GET`. */
  readonly method: string;
  /** As the schema `params` gives it; without one, texts. */
  readonly params: P;
  /**
   * As the schema `query` gives it; without one, of each parameter the last
   * text.
   */
  readonly query: Q;
  /**
   * As the schema `headers` gives it; without one, texts by names in lower
   * case.
   */
  readonly headers: H;
  /** As the schema `body` gives it; without one, what came. */
  readonly body: B;
  /** Fires when the client has left, or the time for the answer is over. */
  readonly signal: AbortSignal;
  /** The message as it came. */
  readonly message: RestRequest;
}

/** The parts of a request that schemas have made. */
interface Parts {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  readonly body: unknown;
}

/** A request that fits. */
export class CheckedRequest
  implements DefinedRequest<unknown, unknown, unknown, unknown> {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  readonly body: unknown;
  readonly method: string;
  readonly message: RestRequest;
  readonly #asked: RouteRequest;

  /** All but `parts` is that of `asked`. */
  constructor(asked: RouteRequest, parts: Parts) {
    this.#asked = asked;
    this.method = asked.method;
    this.message = asked.message;
    this.params = parts.params;
    this.query = parts.query;
    this.headers = parts.headers;
    this.body = parts.body;
  }

  /** Made when it is asked for, which few do. */
  get signal(): AbortSignal {
    return this.#asked.signal;
  }
}
