import type { RequestDelivery } from "@caryatid/sdk";
import { problem } from "./problem.ts";
import type { RestRequest } from "./rest_message.ts";
import type { Params, RoutePath } from "./route_path.ts";

/** What a route is asked. */
export interface RouteRequest<Path extends string = string> {
  /** Such as `GET`. */
  readonly method: string;
  /** What stands in the path for `:name`, percent-decoded; `*` has the rest of it, joined by slashes. */
  readonly params: Params<Path>;
  /** Of each parameter of the query the last value. */
  readonly query: Readonly<Record<string, string>>;
  /** JSON, CBOR or the fields of a form as values, text as text, anything else as bytes; undefined for none. */
  readonly body: unknown;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Fires when the client has left, or the time for the answer is over. */
  readonly signal: AbortSignal;
  /** The message as it came: all values of the query, the body as text or bytes, the path. */
  readonly message: RestRequest;
}

/** The message as a route's handler sees it. */
export class Asked implements RouteRequest {
  readonly method: string;
  readonly params: Record<string, string>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly message: RestRequest;
  readonly #delivery: RequestDelivery;

  /** `body` is what the message's body holds. */
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

  /** Made when it is asked for, which few do. */
  get signal(): AbortSignal {
    return this.#delivery.signal;
  }
}

/** The message with all that it may lack: of Rust Caryatid's server there come no headers, and no repeated parameters. */
export function completed(message: unknown): RestRequest {
  const request = message as Partial<RestRequest> | null;
  if (
    typeof request !== "object" || request === null ||
    typeof request.method !== "string" || !Array.isArray(request.path_elements)
  ) {
    throw problem(500, "the message is no request of a REST server");
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
