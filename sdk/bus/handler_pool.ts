import type { HandleOptions, Handler, Handling } from "../message_bus.ts";
import { Deadlines } from "./deadlines.ts";
import type { PendingRequest } from "./pending_request.ts";
import { PoolHandling } from "./pool_handling.ts";
import { Ring } from "./ring.ts";

const NOW = Promise.resolve();

/** Requests that may wait before a look at which of them nobody waits for any more. */
const SWEEP_AT = 64;

/**
 * The handlings of one pattern, and the requests that wait for one of them to be free.
 *
 * @example
 * ```ts
 * import { Deadlines, HandlerPool, PendingRequest } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const deadlines = new Deadlines();
 * const pool = new HandlerPool("double", deadlines);
 * pool.add(({ message }) => 2 * (message as number), {}, () => {});
 * const owner = { settled() {}, late() {} };
 * const pending = new PendingRequest("double", 21, undefined, owner);
 * pool.submit(pending);
 * assert.equal(await pending.answer, 42);
 * pool.close();
 * deadlines.close();
 * ```
 */
export class HandlerPool {
  /** What its handlings answer. */
  readonly pattern: string;
  readonly #deadlines: Deadlines;
  readonly #members: PoolHandling[] = [];
  readonly #requests = new Ring<PendingRequest>();
  /** Those which have requests to try again. */
  readonly #retrying = new Set<PoolHandling>();
  #sweepAt = SWEEP_AT;
  #retriesFirst = false;
  #next = 0;
  #pumping = false;

  /** No handling yet. Retries wait by `deadlines`, which are best shared with the rest of the bus. */
  constructor(pattern: string, deadlines: Deadlines = new Deadlines()) {
    this.pattern = pattern;
    this.#deadlines = deadlines;
  }

  /** Whether nobody is left to answer. */
  get empty(): boolean {
    return this.#members.length === 0;
  }

  /** Adds a handling; `release` is called once, when it takes no further requests. Throws `INVALID_OPTION`. */
  add(
    handler: Handler,
    options: HandleOptions,
    release: () => void,
  ): Handling {
    const handling: PoolHandling = new PoolHandling({
      pattern: this.pattern,
      handler,
      options,
      deadlines: this.#deadlines,
      onFree: () => this.pump(),
      onDue: () => this.#retry(handling),
      release: () => {
        this.#members.splice(this.#members.indexOf(handling), 1);
        if (this.empty) this.#refuseAll();
        release();
      },
    });
    this.#members.push(handling);
    handling.start();
    return handling;
  }

  /** Has `pending` answered by whoever is free, in turn. Never runs a handler before it returns. */
  submit(pending: PendingRequest): void {
    pending.expectHandler();
    if (this.#requests.length >= this.#sweepAt) this.#sweep();
    this.#requests.push(pending);
    this.pump();
  }

  /** Closes every handling. */
  close(): void {
    for (const member of [...this.#members]) member.close();
  }

  /** Requests that nobody works on yet. */
  get waiting(): number {
    return this.#requests.length;
  }

  /** Lets those who are free take what waits. */
  pump(): void {
    if (this.#pumping) return;
    if (this.#requests.length === 0 && this.#retrying.size === 0) return;
    this.#pumping = true;
    NOW.then(this.#pump);
  }

  /** Of a handler that is stuck the requesters give up. The next time at twice as many: each request costs a step, not thousands. */
  #sweep(): void {
    this.#requests.remove(({ settled }) => settled);
    this.#sweepAt = Math.max(SWEEP_AT, 2 * this.#requests.length);
  }

  #retry(member: PoolHandling): void {
    this.#retrying.add(member);
    this.pump();
  }

  #pump = (): void => {
    this.#pumping = false;
    if (this.#retrying.size === 0) return this.#work();
    // In turn: where there is room for one, neither new nor old requests are to hold up the others.
    this.#retriesFirst = !this.#retriesFirst;
    if (this.#retriesFirst) this.#tryAgain();
    this.#work();
    if (!this.#retriesFirst) this.#tryAgain();
  };

  #work(): void {
    while (this.#requests.length > 0) {
      const member = this.#free();
      if (member === undefined) return;
      const pending = this.#requests.shift()!;
      if (!pending.settled) member.work(pending);
    }
  }

  #tryAgain(): void {
    for (const member of this.#retrying) {
      if (!member.tryAgain()) this.#retrying.delete(member);
    }
  }

  /** Round robin over those with room for one more. */
  #free(): PoolHandling | undefined {
    for (let tries = this.#members.length; tries > 0; tries--) {
      this.#next = (this.#next + 1) % this.#members.length;
      const member = this.#members[this.#next]!;
      if (member.free) return member;
    }
    return undefined;
  }

  #refuseAll(): void {
    for (
      let pending = this.#requests.shift();
      pending !== undefined;
      pending = this.#requests.shift()
    ) {
      pending.handlerGone();
    }
  }
}
