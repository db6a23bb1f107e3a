import type { Context, Health } from "@caryatid/sdk";

/**
 * Paths of the health of a server: `<base>` and `<base>/ready` answer the same.
 */
export class HealthRoutes {
  readonly #base: string;
  readonly #context: Context;

  /** `base` is a path such as `/health`. */
  constructor(base: string, context: Context) {
    this.#base = base;
    this.#context = context;
  }

  /**
   * Answers a request for the health. Returns undefined for any other request.
   * The answer needs no token, so it names the parts that are not ready,
   * without reasons.
   */
  answer(
    method: string,
    path: string,
    { isOpen }: { readonly isOpen: boolean },
  ): Response | undefined {
    if (!path.startsWith(this.#base)) return undefined;
    if (method !== "GET" && method !== "HEAD") return undefined;
    switch (path.slice(this.#base.length)) {
      case "/live":
        return answer(200, { status: "up" });
      case "":
      case "/ready":
        return readiness(this.#context.health(), isOpen);
      default:
        return undefined;
    }
  }
}

function readiness(health: Health, isOpen: boolean): Response {
  const { ready, buses, modules } = health;
  if (ready && isOpen) return answer(200, { status: "up" });
  return answer(503, {
    status: isOpen ? "down" : "starting or stopping",
    buses: buses.filter(({ connected }) => !connected).map(({ id }) => id),
    modules: modules.filter(({ state }) =>
      state !== "running" && state !== "failed"
    ).map(({ id }) => id),
    queues: modules.flatMap(({ id, stuck }) =>
      stuck.map((pattern) => `${id}: ${pattern}`)
    ),
  });
}

function answer(status: number, body: object): Response {
  return Response.json(body, {
    status,
    headers: {
      "cache-control": "no-store",
      ...(status === 503 && { "retry-after": "1" }),
    },
  });
}
