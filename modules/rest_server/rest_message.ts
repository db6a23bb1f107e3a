/** What a route's handler is asked, on `<topic>.<method>.<path>`: RESTRequest of Rust Caryatid, and what came with it. */
export interface RestRequest {
  /** As received, such as `GET`. A HEAD request that nobody handles is a GET. */
  readonly method: string;
  /** As received, without the query. */
  readonly path: string;
  /** The path's parts, percent-decoded; `/` has one, which is empty. */
  readonly path_elements: readonly string[];
  /** Text as text, all else as bytes. Empty text if there is none. */
  readonly body: string | Uint8Array;
  /** Of each parameter the last value. */
  readonly query_parameters: Readonly<Record<string, string>>;
  /** Of each parameter all values. */
  readonly query_values: Readonly<Record<string, readonly string[]>>;
  /** By names in lower case; without those of the connection. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a route's handler answers: RESTResponse of Rust Caryatid, and headers. */
export interface RestResponse {
  /** The status: 200 to 599. */
  readonly code: number;
  /** Nothing where it is left out. */
  readonly body?: string | Uint8Array;
  /** The body's media type. */
  readonly content_type?: string;
  /** Others; a list is sent as several lines. Those of the connection are dropped. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

const REQUEST = "RESTRequest";
const RESPONSE = "RESTResponse";

/** The message as a Rust enum writes it. */
export function wrapRequest(request: RestRequest): unknown {
  return { [REQUEST]: request };
}

/** The answer as a Rust enum writes it. */
export function wrapResponse(response: RestResponse): unknown {
  return { [RESPONSE]: response };
}

/** What is in the Rust enum's variant, if the message is one. */
export function unwrapRequest(message: unknown): unknown {
  return unwrap(message, REQUEST);
}

/** What is in the Rust enum's variant, if the answer is one. */
export function unwrapResponse(message: unknown): unknown {
  return unwrap(message, RESPONSE);
}

function unwrap(message: unknown, variant: string): unknown {
  return typeof message === "object" && message !== null &&
      Object.hasOwn(message, variant)
    ? (message as Record<string, unknown>)[variant]
    : message;
}
