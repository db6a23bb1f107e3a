import { writeValue, type Written } from "./formats.ts";
import { type Problem, PROBLEM_TYPE, problemText } from "../problem.ts";
import type { RestResponse } from "../rest_message.ts";

/** Options of {@linkcode reply}. */
export interface ReplyOptions {
  /**
   * Status, 200 to 599 (200, or 204 without a body; for a route of
   * `defineRoute` the first success status that it declares).
   */
  readonly status?: number;
  /**
   * Headers of the answer. A list is sent as several lines; `content-type`
   * replaces the type of the value.
   */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** A value with a status and headers. Made by {@linkcode reply}. */
export class Reply {
  /** Value of the body; undefined for an answer without a body. */
  readonly value: unknown;
  /** Status and headers. */
  readonly options: ReplyOptions;

  /** See {@linkcode reply}. */
  constructor(value: unknown, options: ReplyOptions) {
    this.value = value;
    this.options = options;
  }
}

/**
 * Makes an answer with a status or headers, for a handler to return. Its body
 * is empty if `value` is `undefined`.
 *
 * @example
 * ```ts ignore
 * handleRoute(context, "POST /users", ({ body }) =>
 *   reply(create(body), { status: 201, headers: { location: "/users/7" } }));
 * ```
 */
export function reply(value: unknown, options: ReplyOptions = {}): Reply {
  return new Reply(value, options);
}

/**
 * Returns the message for the return value of a handler. `accept` is the Accept
 * header of the client.
 */
export function responseOf(
  returned: unknown,
  accept: string | undefined,
): RestResponse | Promise<RestResponse> {
  if (isResponse(returned)) return ofResponse(returned);
  const isReply = returned instanceof Reply;
  const value = isReply ? returned.value : returned;
  const options = isReply ? returned.options : NO_OPTIONS;
  const written = value === undefined ? NO_BODY : writeValue(value, accept);
  return written instanceof Promise
    ? written.then((body) => composed(body, options))
    : composed(written, options);
}

/**
 * Looks at plain data first: in Deno the global `Response` is a getter, which
 * takes ten times as long.
 */
function isResponse(value: unknown): value is Response {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) !== Object.prototype &&
    value instanceof Response;
}

const NO_OPTIONS: ReplyOptions = {};
const NO_BODY: Written = { body: "", content_type: "" };

function composed(written: Written, options: ReplyOptions): RestResponse {
  const { status, headers } = options;
  const { body = "", content_type = "", headers: own } = written;
  const code = status ?? (written === NO_BODY ? 204 : 200);
  if (headers === undefined) {
    return own === undefined
      ? { code, body, content_type }
      : { code, body, content_type, headers: own };
  }
  const all = withHeaders(headers);
  return {
    code,
    body,
    content_type,
    ...all,
    ...(own && { headers: varied(all.headers ?? {}) }),
  };
}

/** Adds `Vary: Accept` to headers of a handler. */
function varied(
  headers: NonNullable<ReplyOptions["headers"]>,
): NonNullable<ReplyOptions["headers"]> {
  const name = Object.keys(headers).find((name) =>
    name.toLowerCase() === "vary"
  );
  if (name === undefined) return { ...headers, vary: "Accept" };
  return { ...headers, [name]: [headers[name]!, "Accept"].flat().join(", ") };
}

/** Returns the message for a problem. */
export function responseOfProblem(problem: Problem): RestResponse {
  const { status, options } = problem;
  return {
    code: status,
    body: problemText(problem),
    content_type: PROBLEM_TYPE,
    ...(options.headers && { headers: options.headers }),
  };
}

function withHeaders(
  headers: NonNullable<ReplyOptions["headers"]>,
): Pick<RestResponse, "headers" | "content_type"> {
  const own = Object.entries(headers).find(([name]) =>
    name.toLowerCase() === "content-type"
  );
  if (own === undefined) return { headers };
  const others = Object.fromEntries(
    Object.entries(headers).filter((entry) => entry[0] !== own[0]),
  );
  return { headers: others, content_type: String(own[1]) };
}

async function ofResponse(response: Response): Promise<RestResponse> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of response.headers) {
    if (name !== "content-type" && name !== "set-cookie") headers[name] = value;
  }
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  return {
    code: response.status,
    body: await response.bytes(),
    content_type: response.headers.get("content-type") ?? "",
    headers,
  };
}
