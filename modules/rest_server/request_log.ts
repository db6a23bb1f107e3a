import { CaryatidError, type Log } from "@caryatid/sdk";
import { Problem } from "./problem.ts";
import type { Visit } from "./visit.ts";

/** Between two lines on refusals under load, in milliseconds. */
const QUIET = 1_000;

/** When a request came of which no line is wanted. */
const NEVER = -1;

/** At which level good requests are logged. */
export type RequestLogLevel = "none" | "debug" | "info";

/** One line for each request: no query, no header, no body, where secrets are. */
export class RequestLog {
  readonly #log: Log;
  readonly #level: RequestLogLevel;
  #refusedAt = -Infinity;
  #refused = 0;

  /** `level` is that of requests that went well, or failed by the client's doing. */
  constructor(log: Log, level: RequestLogLevel) {
    this.#log = log;
    this.#level = level;
  }

  /** The time when a request came, if a line of it is wanted: to read the clock twice takes a twentieth of its time. */
  begin(): number {
    return this.#isWanted() ? performance.now() : NEVER;
  }

  /** Writes the line of a request that has its answer; `began` is of `begin`. */
  write(
    method: string,
    visit: Visit | undefined,
    status: number,
    began: number,
    problem: unknown,
  ): void {
    const cause = problem instanceof Problem ? problem.cause : undefined;
    const isAborted = cause instanceof CaryatidError &&
      cause.code === "ABORTED";
    if (status >= 500 && status !== 501 && !isAborted) {
      return this.#failure(method, visit, status, cause);
    }
    if (this.#level === "none" || began === NEVER) return;
    this.#log[this.#level]("{method} {path}: {status} in {ms} ms", {
      method: method.slice(0, 20),
      path: visit?.target.path ?? "(not readable)",
      status,
      ms: Math.round((performance.now() - began) * 1_000) / 1_000,
      ...(visit?.id !== undefined && { id: visit.id }),
    });
  }

  #isWanted(): boolean {
    return this.#level !== "none" &&
      (this.#log.isEnabledFor?.(this.#level) ?? true);
  }

  #failure(
    method: string,
    visit: Visit | undefined,
    status: number,
    cause: unknown,
  ): void {
    if (status === 503) {
      // Under load there are thousands in a second.
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
        path: visit?.target.path ?? "(not readable)",
        status,
        reason: describe(cause),
        ...(count > 1 && { count }),
        ...(visit?.id !== undefined && { id: visit.id }),
      },
    );
  }
}

/** With its code, and, of a handler's error, what it said. */
function describe(error: unknown): string {
  if (error instanceof CaryatidError) return `[${error.code}] ${error.message}`;
  return error instanceof Error ? error.message : "";
}
