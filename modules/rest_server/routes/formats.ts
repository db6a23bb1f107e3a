import { mediaType } from "../media_type.ts";
import { problem } from "../problem.ts";
import { readForm } from "../query.ts";
import { plainData } from "./plain_data.ts";
import type { RestRequest, RestResponse } from "../rest_message.ts";

const CBOR = "application/cbor";
const JSON_TYPE = /^application\/(.+\+)?json$/;
const FORM = "application/x-www-form-urlencoded";

type Codec = typeof import("@caryatid/process/codec");
let codec: Promise<Codec> | undefined;

/** Loads the codec when the first client needs it. */
function loadCodec(): Promise<Codec> {
  return codec ??= import("@caryatid/process/codec");
}

/**
 * Returns the content of a body: JSON, CBOR or the fields of a form as values,
 * text as text, anything else as bytes; undefined if it is empty. The result is
 * a promise only for CBOR.
 *
 * Throws, or rejects with, a 400 {@linkcode Problem} if the body is not of its
 * media type.
 */
export function readValue(request: RestRequest): unknown {
  const { body, headers } = request;
  if (body.length === 0) return undefined;
  const type = mediaType(headers["content-type"]);
  if (typeof body !== "string") {
    return type !== CBOR
      ? body
      : loadCodec().then(({ decode }) => parse("CBOR", () => decode(body)));
  }
  if (JSON_TYPE.test(type)) return parse("JSON", () => JSON.parse(body));
  return type === FORM ? readForm(body).last : body;
}

/** The body of an answer. */
export type Written = Pick<RestResponse, "body" | "content_type" | "headers">;

/** Headers of an answer whose form the client chose. */
const VARY: NonNullable<RestResponse["headers"]> = Object.freeze({
  vary: "Accept",
});

/**
 * Encodes a value as an answer: text and bytes as they are, anything else as
 * CBOR if the client prefers it, else as JSON.
 */
export function writeValue(
  value: unknown,
  accept: string | undefined,
): Written | Promise<Written> {
  if (typeof value === "string") {
    return { body: value, content_type: "text/plain; charset=utf-8" };
  }
  if (value instanceof Uint8Array) {
    return { body: value, content_type: "application/octet-stream" };
  }
  const data = plainData(value);
  if (accept !== undefined && prefersCbor(accept)) {
    return loadCodec().then(({ encode }) => ({
      body: encode(data),
      content_type: CBOR,
      headers: VARY,
    }));
  }
  return {
    body: JSON.stringify(data),
    content_type: "application/json",
    headers: VARY,
  };
}

/** Returns true if the client accepts CBOR, and does not prefer JSON. */
function prefersCbor(accept: string): boolean {
  if (!accept.toLowerCase().includes(CBOR)) return false;
  const cbor = qualityOf(CBOR, accept);
  return cbor > 0 && cbor >= qualityOf("application/json", accept);
}

function qualityOf(type: string, accept: string): number {
  for (const part of accept.toLowerCase().split(",")) {
    const [range = "", ...parameters] = part.split(";").map((p) => p.trim());
    if (range !== type) continue;
    const quality = parameters.find((p) => p.startsWith("q="))?.slice(2);
    return quality === undefined ? 1 : Number(quality) || 0;
  }
  return 0;
}

function parse(name: string, read: () => unknown): unknown {
  try {
    return read();
  } catch (cause) {
    throw problem(400, `the body is not valid ${name}`, { cause });
  }
}
