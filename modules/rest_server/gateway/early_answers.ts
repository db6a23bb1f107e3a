import type { Context } from "@caryatid/sdk";
import type { RestServerConfig } from "../config.ts";
import { type Problem, problem } from "../problem.ts";
import { ownerOf } from "./address.ts";
import { unavailable } from "./bus_problem.ts";
import type { Cors } from "./cors.ts";
import type { RequestHeaders } from "./headers.ts";
import { HealthRoutes } from "./health.ts";
import { RateLimiter } from "./rate_limit.ts";
import { addressOf, type RequestContext } from "./request_context.ts";

/**
 * Answers to requests that do not reach a route: health, preflights, and
 * refusals of the server itself.
 */
export class EarlyAnswers {
  /** True while the server accepts requests. */
  isOpen = false;
  readonly #config: RestServerConfig;
  readonly #cors: Cors | undefined;
  readonly #health: HealthRoutes | undefined;
  readonly #limiter: RateLimiter | undefined;

  /** Refuses requests until `isOpen` is set. */
  constructor(
    context: Context,
    config: RestServerConfig,
    cors: Cors | undefined,
  ) {
    this.#config = config;
    this.#cors = cors;
    this.#health = config.health === undefined
      ? undefined
      : new HealthRoutes(config.health, context);
    this.#limiter = config.rateLimit && new RateLimiter(config.rateLimit);
  }

  /**
   * Returns the answer to a request that does not reach a route, else
   * undefined.
   *
   * @throws {Problem} if the request is refused
   */
  of(method: string, env: RequestContext): Response | undefined {
    const { path, headers } = env;
    const health = path === undefined
      ? undefined
      : this.#health?.answer(method, path, { isOpen: this.isOpen });
    if (health) {
      env.isPlain = true;
      return health;
    }
    const limited = this.#limiter && this.limited(headers, () => env.address);
    if (limited) throw limited;
    if (env.refusal !== undefined) throw env.refusal;
    if (!this.isOpen) throw unavailable();
    return this.#cors?.preflight(method, headers);
  }

  /** Counts a request. Returns a 429 if its client may make no more. */
  limited(headers: RequestHeaders, peer: () => string): Problem | undefined {
    if (this.#limiter === undefined) return undefined;
    const address = addressOf(headers, peer, this.#config.trustedProxies);
    const wait = this.#limiter.take(ownerOf(address), performance.now());
    if (wait === 0) return undefined;
    return problem(429, "", {
      headers: { "retry-after": `${Math.ceil(wait / 1_000)}` },
    });
  }
}
