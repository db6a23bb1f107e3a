import { clientAddress, isWithin, type Network } from "./address.ts";
import type { RequestHeaders } from "./headers.ts";
import type { Target } from "./targets.ts";

/**
 * Request with the data of the gateway: `c.env` of a Hono app.
 */
export class RequestContext {
  readonly method: string;
  /** Headers of the request. */
  readonly headers: RequestHeaders;
  /** Name of the request in logs. */
  readonly id: string | undefined;
  /** Reason why the target cannot be read. */
  refusal: unknown;
  /**
   * True if a stop need not cut the answer: it is small and complete, or its
   * route ends it by itself.
   */
  isPlain = false;
  /** Body, if a route or a middleware has asked for it. */
  body: Promise<Uint8Array<ArrayBuffer>> | undefined;
  /** Body of a route's answer that must be read or cancelled, if it has one. */
  stream: ReadableStream<Uint8Array> | undefined;
  /** Failure, for the log. */
  problem: unknown;
  readonly #target: Target | undefined;
  readonly #peer: () => string;
  readonly #trusted: readonly Network[];

  /** `peer` returns the address at the other end of the connection. */
  constructor(
    method: string,
    target: Target | undefined,
    id: string | undefined,
    headers: RequestHeaders,
    peer: () => string,
    trusted: readonly Network[],
  ) {
    this.method = method;
    this.#target = target;
    this.id = id;
    this.headers = headers;
    this.#peer = peer;
    this.#trusted = trusted;
  }

  /** Target of a request that reached a route. */
  get target(): Target {
    return this.#target!;
  }

  /** Path as received, for the log; undefined if it cannot be parsed. */
  get path(): string | undefined {
    return this.#target?.path;
  }

  /** True if it comes from a trusted proxy. */
  get isProxied(): boolean {
    return this.#trusted.length > 0 && isWithin(this.#peer(), this.#trusted);
  }

  /** Address of the client, for `getConnInfo` of Hono. */
  get remoteAddr(): { readonly transport: "tcp"; readonly hostname: string } {
    return { transport: "tcp", hostname: this.address };
  }

  /** Address of the client. */
  get address(): string {
    return addressOf(this.headers, this.#peer, this.#trusted);
  }
}

/**
 * Returns the address of the client that a request comes from, through trusted
 * proxies.
 */
export function addressOf(
  { forwarded }: RequestHeaders,
  peer: () => string,
  trusted: readonly Network[],
): string {
  const hops = forwarded?.["x-forwarded-for"];
  return hops === undefined || trusted.length === 0
    ? peer()
    : clientAddress(peer(), hops, trusted);
}
