import type { Context } from "@caryatid/sdk";
import { RateLimiter } from "../gateway/rate_limit.ts";
import { Clients } from "./clients.ts";
import { Feeds } from "./feeds.ts";
import type { LiveConfig } from "../live_config.ts";

/** Maximum number of addresses that are remembered. */
const MOST_ADDRESSES = 10_000;

/** Longest wait at the stop for WebSockets to close, in milliseconds. */
const CLOSE_TIMEOUT = 1_000;

/** A client on a WebSocket. */
export interface LiveSocket {
  /** Begins to close the socket. */
  close(code: number, reason: string): void;
  /** Checks that the client still answers. */
  beat(): void;
  /** Ends the connection at once. */
  cut(): void;
}

/** State that all routes share. */
export class LiveServer {
  readonly context: Context;
  readonly config: LiveConfig;
  readonly clients: Clients;
  readonly feeds: Feeds;
  readonly sockets = new Set<LiveSocket>();
  /** Messages that clients publish, by address. */
  readonly limiter: RateLimiter;
  readonly #stopped = new AbortController();
  #closing: Promise<void> | undefined;

  /** Begins to send signs of life. */
  constructor(context: Context, config: LiveConfig) {
    this.context = context;
    this.config = config;
    this.clients = new Clients(config["max-clients"]);
    this.feeds = new Feeds(context, config);
    this.limiter = new RateLimiter({
      requests: Math.max(1, config["max-rate"]),
      per: 1_000 * Math.max(1, 1 / config["max-rate"]),
      clients: MOST_ADDRESSES,
    });
    context.signal.addEventListener("abort", this.#stop, { once: true });
    context.run(() => this.#beat());
    if (context.signal.aborted) this.close();
  }

  /** True if no further clients are accepted. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Ends all streams, closes all sockets with 1001 and all subscriptions.
   * Harmless twice.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  #stop = (): void => {
    this.close();
  };

  async #close(): Promise<void> {
    this.context.signal.removeEventListener("abort", this.#stop);
    this.#stopped.abort();
    for (const socket of this.sockets) socket.close(1001, "stopping");
    await this.feeds.close();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_TIMEOUT);
    await Promise.race([this.clients.empty(), late]);
    clearTimeout(timer);
    for (const socket of this.sockets) socket.cut();
  }

  async #beat(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await this.context.clock.sleep(this.config.heartbeat * 1000, signal);
      } catch { // ABORTED: the server is closed
        return;
      }
      this.feeds.beat();
    }
  }
}
