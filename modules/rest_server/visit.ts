import { clientAddress, isWithin, type Network } from "./address.ts";
import type { RequestHeaders } from "./headers.ts";
import type { Target } from "./targets.ts";

/** One request, as the parts of the gateway see it. A Hono app finds it as `c.env`. */
export class Visit {
  /** What it asks for. */
  readonly target: Target;
  /** Its headers. */
  readonly headers: RequestHeaders;
  /** What names it in logs. */
  readonly id: string | undefined;
  /** Whether a stop need not cut the answer: it is small, and all there, or its route ends it by itself. */
  isPlain = false;
  /** What went wrong, to be logged. */
  problem: unknown;
  readonly #peer: () => string;
  readonly #trusted: readonly Network[];

  /** `peer` gives the address at the other end of the connection. */
  constructor(
    target: Target,
    id: string | undefined,
    headers: RequestHeaders,
    peer: () => string,
    trusted: readonly Network[],
  ) {
    this.target = target;
    this.id = id;
    this.headers = headers;
    this.#peer = peer;
    this.#trusted = trusted;
  }

  /** Whether it comes from a trusted proxy. */
  get isProxied(): boolean {
    return this.#trusted.length > 0 && isWithin(this.#peer(), this.#trusted);
  }

  /** Whom it comes from. */
  get address(): string {
    const peer = this.#peer();
    const forwarded = this.headers.forwarded?.["x-forwarded-for"];
    return forwarded === undefined || this.#trusted.length === 0
      ? peer
      : clientAddress(peer, forwarded, this.#trusted);
  }
}
