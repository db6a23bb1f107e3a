import { writeValue, type Written } from "./formats.ts";
import { type Problem, PROBLEM_TYPE, problemText } from "./problem.ts";
import type { RestResponse } from "./rest_message.ts";

/** How to answer with something else than 200. */
export interface ReplyOptions {
  /** 200 to 599 (200). */
  readonly status?: number;
  /** A list is sent as several lines. `content-type` replaces that of the value. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** A value with a status and headers. Made by {@linkcode reply}. */
export class Reply {
  /** What the body is made of: none if undefined. */
  readonly value: unknown;
  /** The rest. */
  readonly options: ReplyOptions;

  /** See {@linkcode reply}. */
  constructor(value: unknown, options: ReplyOptions) {
    this.value = value;
    this.options = options;
  }
}

/**
 * What a route returns to answer with a status or headers of its own; `undefined` is no body.
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

/** What a route returned, as the message that answers; `accept` is the client's header. */
export function responseOf(
  returned: unknown,
  accept: string | undefined,
): RestResponse | Promise<RestResponse> {
  if (returned instanceof Response) return ofResponse(returned);
  const isReply = returned instanceof Reply;
  const value = isReply ? returned.value : returned;
  const options = isReply ? returned.options : NO_OPTIONS;
  const written = value === undefined ? NO_BODY : writeValue(value, accept);
  return written instanceof Promise
    ? written.then((body) => composed(body, options))
    : composed(written, options);
}

const NO_OPTIONS: ReplyOptions = {};
const NO_BODY: Written = { body: "", content_type: "" };

function composed(written: Written, options: ReplyOptions): RestResponse {
  const { status, headers } = options;
  const { body = "", content_type = "" } = written;
  const code = status ?? (written === NO_BODY ? 204 : 200);
  return headers === undefined
    ? { code, body, content_type }
    : { code, body, content_type, ...withHeaders(headers) };
}

/** A problem, as the message that answers. */
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
