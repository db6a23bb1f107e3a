/** Options of a {@linkcode Problem}. */
export interface ProblemOptions extends ErrorOptions {
  /**
   * A URI that names the kind of problem (`about:blank`: the status says it
   * all).
   */
  readonly type?: string;
  /** Name of the kind of problem (the name of the status). */
  readonly title?: string;
  /** More members of the answer, such as `errors`; those of RFC 9457 win. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

const BRAND = "~caryatid.problem";

/**
 * An answer of RFC 9457, to throw. What it says reaches the client: no secrets.
 * Made by {@linkcode problem}.
 *
 * `instanceof` also holds for one of another loaded copy of this package.
 */
export class Problem extends Error {
  /** The status of the answer. */
  readonly status: number;
  /** The rest of it. */
  readonly options: ProblemOptions;

  /** `detail` describes the fault of this request; empty if omitted. */
  constructor(status: number, detail = "", options: ProblemOptions = {}) {
    super(detail, "cause" in options ? { cause: options.cause } : {});
    this.name = "Problem";
    this.status = status;
    this.options = options;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Holds for problems of every loaded copy of this package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null &&
      (value as Record<string, unknown>)[BRAND] === true;
  }
}

/**
 * Makes a {@linkcode Problem}, for a route to throw.
 *
 * @example
 * ```ts
 * import { problem, problemText } from "@caryatid/modules/rest-server";
 * import assert from "node:assert/strict";
 *
 * const missing = problem(404, "there is no user 7");
 * assert.deepEqual(JSON.parse(problemText(missing)), {
 *   type: "about:blank",
 *   title: "Not Found",
 *   status: 404,
 *   detail: "there is no user 7",
 * });
 * ```
 */
export function problem(
  status: number,
  detail?: string,
  options?: ProblemOptions,
): Problem {
  return new Problem(status, detail, options);
}

/** The media type of what {@linkcode problemText} makes. */
export const PROBLEM_TYPE = "application/problem+json";

/**
 * The answer's body, as JSON.
 *
 * @example
 * ```ts
 * import { problem, problemText } from "@caryatid/modules/rest-server";
 * import assert from "node:assert/strict";
 *
 * assert.equal(JSON.parse(problemText(problem(404))).title, "Not Found");
 * ```
 */
export function problemText(problem: Problem): string {
  const { status, message, options } = problem;
  return JSON.stringify({
    ...options.extensions,
    type: options.type ?? "about:blank",
    title: options.title ?? TITLES[status] ?? "Error",
    status,
    ...(message !== "" && { detail: message }),
  });
}

/** Of the statuses that a gateway, or a route, is likely to answer. */
const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Content Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  417: "Expectation Failed",
  418: "I'm a teapot",
  421: "Misdirected Request",
  422: "Unprocessable Content",
  423: "Locked",
  424: "Failed Dependency",
  425: "Too Early",
  426: "Upgrade Required",
  428: "Precondition Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  451: "Unavailable For Legal Reasons",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  507: "Insufficient Storage",
};
