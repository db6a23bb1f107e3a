import type { RequestHeaders } from "./headers.ts";

/** Rules for pages of other origins. */
export interface CorsRules {
  /** Allowed origins such as `https://example.com`, or `*` for all. */
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  /** Headers that a request may have. */
  readonly headers: readonly string[];
  /** Headers of an answer that a page may read. */
  readonly expose: readonly string[];
  /** True if requests may have cookies and other credentials. */
  readonly credentials: boolean;
  /** Time for which a browser may cache the answer, in seconds. */
  readonly maxAge: number;
}

/**
 * Declares to browsers which pages may use the server. It does not protect the
 * server from other clients.
 *
 * By hand: `hono/cors` takes every OPTIONS request for a preflight, and gives
 * methods to origins that may not come.
 */
export class Cors {
  readonly #rules: CorsRules;
  readonly #anybody: boolean;

  /** The configuration refuses `*` with credentials, as browsers do. */
  constructor(rules: CorsRules) {
    this.#rules = rules;
    this.#anybody = rules.origins.includes("*");
  }

  /**
   * Returns the answer to a preflight request, without the headers of `mark`;
   * undefined for any other request.
   */
  preflight(method: string, headers: RequestHeaders): Response | undefined {
    const { origin, "access-control-request-method": wanted } = headers.own;
    if (
      method !== "OPTIONS" || origin === undefined || wanted === undefined
    ) return undefined;
    const response = new Response(null, { status: 204 });
    if (this.#allows(origin)) this.#invite(response.headers);
    return response;
  }

  /** Adds the headers by which a page of `origin` may read the answer. */
  mark(headers: Headers, origin: string | undefined): void {
    if (!this.#anybody) headers.append("vary", "Origin");
    if (origin === undefined || !this.#allows(origin)) return;
    const { credentials, expose } = this.#rules;
    headers.set("access-control-allow-origin", this.#anybody ? "*" : origin);
    if (credentials) headers.set("access-control-allow-credentials", "true");
    if (expose.length > 0) {
      headers.set("access-control-expose-headers", expose.join(", "));
    }
  }

  #allows(origin: string): boolean {
    return this.#anybody || this.#rules.origins.includes(origin);
  }

  #invite(answer: Headers): void {
    const { methods, headers, maxAge } = this.#rules;
    answer.set("access-control-allow-methods", methods.join(", "));
    if (headers.length > 0) {
      answer.set("access-control-allow-headers", headers.join(", "));
    }
    answer.set("access-control-max-age", `${maxAge}`);
  }
}
