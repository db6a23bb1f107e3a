import type { RequestDelivery } from "@caryatid/sdk";
import { segmentsOf } from "../gateway/target.ts";
import { problem } from "../problem.ts";
import { readQuery } from "../query.ts";
import type { RestRequest } from "../rest_message.ts";
import { type Dots, elementsOf } from "../topic_of.ts";
import type { Params, RoutePath } from "./route_path.ts";

/** Request to a route. */
export interface RouteRequest<Path extends string = string> {
  /** Such as `GET`. */
  readonly method: string;
  /**
   * Percent-decoded value of each `:name` in the path; `*` has the rest of the
   * path, joined by slashes.
   */
  readonly params: Params<Path>;
  /** Last value of each query parameter. */
  readonly query: Readonly<Record<string, string>>;
  /**
   * Parsed body: JSON, CBOR or the fields of a form as values, text as text,
   * anything else as bytes; undefined without a body.
   */
  readonly body: unknown;
  /** Headers by names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Fires when the client has left, or the time for the answer is over. */
  readonly signal: AbortSignal;
  /**
   * Message as received: all values of the query, the body as text or bytes,
   * the path.
   */
  readonly message: RestRequest;
}

/** Request that the handler of a route receives. */
export class Asked implements RouteRequest {
  readonly method: string;
  readonly params: Record<string, string>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly message: RestRequest;
  readonly #delivery: RequestDelivery;

  /** `body` is the parsed body of the message. */
  constructor(
    route: RoutePath,
    request: RestRequest,
    body: unknown,
    delivery: RequestDelivery,
  ) {
    this.method = request.method;
    this.params = route.params(request.path_elements);
    this.query = request.query_parameters;
    this.body = body;
    this.headers = request.headers;
    this.message = request;
    this.#delivery = delivery;
  }

  /** Created on first use, since most handlers do not use it. */
  get signal(): AbortSignal {
    return this.#delivery.signal;
  }
}

/**
 * Completes a message: the server of Rust Caryatid sends no headers, and no
 * repeated parameters.
 */
export function completed(message: unknown): RestRequest {
  const request = message as Partial<RestRequest> | null;
  if (
    typeof request !== "object" || request === null ||
    typeof request.method !== "string" || !Array.isArray(request.path_elements)
  ) {
    throw problem(500, "the message is not a request of a REST server");
  }
  if (request.headers && request.query_values) return request as RestRequest;
  const query = request.query_parameters ?? {};
  const values = Object.entries(query).map(([name, value]) => [name, [value]]);
  return {
    body: "",
    path: `/${request.path_elements.join("/")}`,
    headers: {},
    query_values: Object.fromEntries(values),
    ...request,
    query_parameters: query,
  } as RestRequest;
}

/** Returns true for a request of the server of Rust Caryatid. */
export function isOfRust(message: unknown): boolean {
  return typeof message === "object" && message !== null &&
    !("headers" in message);
}

/**
 * Returns a request of the server of Rust Caryatid in the form of this server:
 * with path and query percent-decoded.
 *
 * @throws {Problem} 400 for a malformed escape
 */
export function decoded(request: RestRequest, dots: Dots): RestRequest {
  const pairs = Object.entries(request.query_parameters);
  const query = readQuery(pairs.map((pair) => pair.join("=")).join("&"));
  return {
    ...request,
    path_elements: elementsOf(segmentsOf(request.path), dots),
    query_parameters: query.last,
    query_values: query.all,
  };
}
