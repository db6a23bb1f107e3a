import {
  QuietAbort,
  type UnorderedItem,
  UnorderedSet,
} from "@caryatid/sdk/internal/bus";
import type { RequestContext } from "./request_context.ts";

/**
 * Interval of checks of the clients, in milliseconds. Most requests are
 * answered before the first check, and avoid `Request.signal`, which makes Deno
 * slower.
 */
const LOOK_EVERY = 25;
/** Number of checks without a request after which the timer stops. */
const MOST_EMPTY_LOOKS = 8;

/** A request that waits for its answer. */
export interface PendingAnswer {
  readonly env: RequestContext;
  /** Topic of the request. */
  readonly topic: string;
  /** Answer of the bus. */
  answer: Promise<unknown>;
  /**
   * Fires when the client has left, the bus is not connected, or the server
   * ends its requests.
   */
  readonly signal: AbortSignal;
}

/**
 * Detects that a client has left, or that a bus is not connected, for slow
 * requests.
 */
export class PendingAnswers {
  /** Requests before their first check. */
  readonly #young = new UnorderedSet<Pending>();
  /** Requests whose client's signal is watched. */
  readonly #old = new Set<Pending>();
  /** Controllers that never fired and whose signals are no longer used. */
  readonly #spare: QuietAbort[] = [];
  readonly #isLost: (topic: string) => boolean;
  #timer: ReturnType<typeof setInterval> | undefined;
  #ticks = 0;
  #emptyLooks = 0;

  /**
   * `isLost` returns true for a topic whose bus is not connected. Its requests
   * are aborted.
   */
  constructor(isLost: (topic: string) => boolean) {
    this.#isLost = isLost;
  }

  /** Number of checks. It grows at least every 25 ms while requests arrive. */
  get ticks(): number {
    return this.#ticks;
  }

  /** Watches the client of `request`, and the bus of `topic`, until `end`. */
  begin(request: Request, env: RequestContext, topic: string): PendingAnswer {
    if (this.#timer === undefined) {
      this.#timer = setInterval(this.#look, LOOK_EVERY);
      this.#ticks++;
    }
    const controller = this.#spare.pop() ?? new QuietAbort();
    const pending = new Pending(request, env, topic, controller);
    pending.since = this.#ticks;
    this.#young.add(pending);
    return pending;
  }

  /**
   * Ends the watch of an answered request. Returns false if it has ended
   * before.
   */
  end(answer: PendingAnswer): boolean {
    const pending = answer as Pending;
    if (!this.#young.delete(pending)) {
      if (!this.#old.delete(pending)) return false;
      pending.ignore();
    }
    if (!pending.signal.aborted && this.#spare.length < 1_000) {
      this.#spare.push(pending.controller);
    }
    return true;
  }

  /** Fires all signals. */
  cut(): void {
    for (const pending of [...this.#old, ...this.#young]) {
      pending.controller.abort();
    }
  }

  /** Stops the checks. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#emptyLooks = 0;
  }

  #look = (): void => {
    this.#ticks++;
    if (this.#young.size + this.#old.size === 0) {
      // A busy server would set the timer again for the next request.
      if (++this.#emptyLooks >= MOST_EMPTY_LOOKS) this.close();
      return;
    }
    this.#emptyLooks = 0;
    for (const pending of this.#old) this.#check(pending);
    for (const pending of this.#young) {
      if (this.#ticks - pending.since < 2) continue;
      this.#check(pending);
      this.#young.delete(pending);
      this.#old.add(pending);
      pending.listen();
    }
  };

  #check({ topic, controller }: Pending): void {
    if (this.#isLost(topic)) controller.abort();
  }
}

const NO_ANSWER: Promise<unknown> = Promise.resolve();

/**
 * Pending request. It is itself the event listener of the client's signal,
 * which saves a function per request.
 */
class Pending implements PendingAnswer, UnorderedItem, EventListenerObject {
  position: number = -1;
  since = 0;
  answer: Promise<unknown> = NO_ANSWER;
  readonly env: RequestContext;
  readonly topic: string;
  readonly controller: QuietAbort;
  readonly #request: Request;
  #client: AbortSignal | undefined;

  constructor(
    request: Request,
    env: RequestContext,
    topic: string,
    controller: QuietAbort,
  ) {
    this.#request = request;
    this.env = env;
    this.topic = topic;
    this.controller = controller;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  listen(): void {
    const client = this.#client = this.#request.signal;
    if (client.aborted) this.handleEvent();
    else client.addEventListener("abort", this, { once: true });
  }

  ignore(): void {
    this.#client?.removeEventListener("abort", this);
  }

  handleEvent(): void {
    this.controller.abort();
  }
}
