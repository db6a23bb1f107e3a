import { CaryatidError, type Log } from "@caryatid/sdk";
import { Problem } from "../problem.ts";
import type { RequestContext } from "./request_context.ts";

/** Interval of log lines about refusals under load, in milliseconds. */
const QUIET = 1_000;

/** Time of a request that is not logged. */
const NEVER = -1;

/** Maximum number of requests between two checks of the log level. */
const REQUESTS_PER_LOOK = 64;

/** Level at which successful requests are logged. */
export type RequestLogLevel = "none" | "debug" | "info";

/**
 * Logs one line for each request, without query, headers and body, which may
 * contain secrets.
 */
export class RequestLog {
  readonly #log: Log;
  readonly #level: RequestLogLevel;
  #refusedAt = -Infinity;
  #refused = 0;
  #lookedAt = -1;
  #requestsLeft = 0;
  #wanted = false;

  /**
   * `level` is the level of successful requests, and of those that failed
   * because of the client.
   */
  constructor(log: Log, level: RequestLogLevel) {
    this.#log = log;
    this.#level = level;
  }

  /**
   * Returns the time at which a request arrived, if it is logged: reading the
   * clock twice takes 5 % of the time of a request. The level of the log is
   * read once for all requests with one `tick`, and at least every 64 requests.
   */
  begin(tick: number): number {
    return this.#isWanted(tick) ? performance.now() : NEVER;
  }

  /**
   * Writes the line of a request that has its answer; `began` is of `begin`.
   */
  write(
    method: string,
    request: RequestContext | undefined,
    status: number,
    began: number,
    problem: unknown,
  ): void {
    if (status >= 500 && status !== 501) {
      const cause = problem instanceof Problem ? problem.cause : undefined;
      const isAborted = cause instanceof CaryatidError &&
        cause.code === "ABORTED";
      if (!isAborted) return this.#failure(method, request, status, cause);
    }
    if (this.#level === "none" || began === NEVER) return;
    this.#log[this.#level]("{method} {path}: {status} in {ms} ms", {
      method: method.slice(0, 20),
      path: request?.path ?? "(not readable)",
      status,
      ms: Math.round((performance.now() - began) * 1_000) / 1_000,
      ...(request?.id !== undefined && { id: request.id }),
    });
  }

  #isWanted(tick: number): boolean {
    if (this.#level === "none") return false;
    if (tick !== this.#lookedAt || this.#requestsLeft-- === 0) {
      this.#lookedAt = tick;
      this.#requestsLeft = REQUESTS_PER_LOOK;
      this.#wanted = this.#log.isEnabledFor?.(this.#level) ?? true;
    }
    return this.#wanted;
  }

  #failure(
    method: string,
    request: RequestContext | undefined,
    status: number,
    cause: unknown,
  ): void {
    if (status === 503) {
      // Under load, thousands are refused in a second.
      this.#refused++;
      const now = performance.now();
      if (now - this.#refusedAt < QUIET) return;
      this.#refusedAt = now;
    }
    const count = this.#refused;
    this.#refused = 0;
    this.#log[status === 500 || status === 502 ? "error" : "warn"](
      count > 1
        ? "{method} {path}: {status} {reason} ({count} like this)"
        : "{method} {path}: {status} {reason}",
      {
        method,
        path: request?.path ?? "(not readable)",
        status,
        reason: describe(cause),
        ...(count > 1 && { count }),
        ...(request?.id !== undefined && { id: request.id }),
      },
    );
  }
}

/**
 * Returns the text of an error with its code, and the text of its cause if a
 * handler threw it.
 */
function describe(error: unknown): string {
  if (error instanceof CaryatidError) return `[${error.code}] ${error.message}`;
  return error instanceof Error ? error.message : "";
}
