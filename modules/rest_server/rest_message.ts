import { CaryatidError } from "@caryatid/sdk";

/**
 * Request that the handler of a route receives on `<topic>.<method>.<path>`:
 * RESTRequest of Rust Caryatid, with additional fields.
 */
export interface RestRequest {
  /**
   * Method as received, such as `GET`. A HEAD request that has no handler is a
   * GET.
   */
  readonly method: string;
  /** As received, without the query. */
  readonly path: string;
  /** The path's parts, percent-decoded; `/` has one, which is empty. */
  readonly path_elements: readonly string[];
  /** Text as text, all else as bytes; empty text if the request has no body. */
  readonly body: string | Uint8Array;
  /** Of each parameter the last value. */
  readonly query_parameters: Readonly<Record<string, string>>;
  /** Of each parameter all values. */
  readonly query_values: Readonly<Record<string, readonly string[]>>;
  /** By names in lower case; without those of the connection. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Answer of the handler of a route: RESTResponse of Rust Caryatid, and headers.
 */
export interface RestResponse {
  /** The status: 200 to 599. */
  readonly code: number;
  /** Body; empty if it is left out. */
  readonly body?: string | Uint8Array;
  /** The body's media type. */
  readonly content_type?: string;
  /**
   * Other headers; a list is sent as several lines. Headers of the connection
   * are dropped.
   */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** Decoder that keeps every byte, also a byte order mark. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const REQUEST = "RESTRequest";
const RESPONSE = "RESTResponse";

/** The message as a Rust enum writes it. */
export function wrapRequest(request: RestRequest): unknown {
  return { [REQUEST]: request };
}

/**
 * The answer as a Rust enum writes it, with all that Rust wants; its body is
 * text there, so bytes that are text become it.
 */
export function wrapResponse(response: RestResponse): unknown {
  const { body = "", content_type = "" } = response;
  // Rust cannot read other bytes, but this package's server can.
  const text = textOf(body) ?? body;
  return { [RESPONSE]: { ...response, body: text, content_type } };
}

/**
 * Returns an answer that the server of Rust Caryatid can read: its body is
 * text.
 *
 * @throws {CaryatidError} `NOT_ENCODABLE` if the body is not UTF-8
 */
export function textResponse(response: RestResponse): RestResponse {
  const body = textOf(response.body ?? "");
  if (body !== undefined) return { ...response, body };
  throw new CaryatidError(
    "NOT_ENCODABLE",
    "Cannot send the answer to the REST server of Rust: found bytes that are " +
      "not UTF-8; expected text",
  );
}

/**
 * Returns the content of the Rust enum's variant, or the message itself if it
 * is not such an enum.
 */
export function unwrapRequest(message: unknown): unknown {
  return unwrap(message, REQUEST);
}

/**
 * Returns the content of the Rust enum's variant, or the answer itself if it is
 * not such an enum.
 */
export function unwrapResponse(message: unknown): unknown {
  return unwrap(message, RESPONSE);
}

/** Returns undefined for bytes that are not UTF-8. */
function textOf(body: string | Uint8Array): string | undefined {
  if (typeof body === "string") return body;
  try {
    return UTF8.decode(body);
  } catch {
    return undefined;
  }
}

function unwrap(message: unknown, variant: string): unknown {
  return typeof message === "object" && message !== null &&
      Object.hasOwn(message, variant)
    ? (message as Record<string, unknown>)[variant]
    : message;
}
