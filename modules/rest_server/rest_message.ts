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

/** Gives up no byte: not even a byte order mark. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const REQUEST = "RESTRequest";
const RESPONSE = "RESTResponse";

/** The message as a Rust enum writes it. */
export function wrapRequest(request: RestRequest): unknown {
  return { [REQUEST]: request };
}

/** The answer as a Rust enum writes it, with all that Rust wants; its body is text there, so bytes that are text become it. */
export function wrapResponse(response: RestResponse): unknown {
  const { body = "", content_type = "" } = response;
  return { [RESPONSE]: { ...response, body: textOf(body), content_type } };
}

/** What is in the Rust enum's variant, if the message is one. */
export function unwrapRequest(message: unknown): unknown {
  return unwrap(message, REQUEST);
}

/** What is in the Rust enum's variant, if the answer is one. */
export function unwrapResponse(message: unknown): unknown {
  return unwrap(message, RESPONSE);
}

function textOf(body: string | Uint8Array): string | Uint8Array {
  if (typeof body === "string") return body;
  try {
    return UTF8.decode(body);
  } catch {
    return body; // for a server of ours; Rust can't have it
  }
}

function unwrap(message: unknown, variant: string): unknown {
  return typeof message === "object" && message !== null &&
      Object.hasOwn(message, variant)
    ? (message as Record<string, unknown>)[variant]
    : message;
}
