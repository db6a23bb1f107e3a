/**
 * Swaps the code of a module while it runs. It is separate from
 * `@caryatid/sdk/internal/host` because most processes never swap, and every
 * file takes time at the start.
 *
 * @module
 */
import type { HandleOptions, Handler, Handling } from "../handling.ts";
import type { MessageBus } from "../message_bus.ts";
import type { Subscription } from "../subscription.ts";
import { ModuleRun } from "./module_run.ts";
import { OpenResources } from "./tasks.ts";
import { type Answering, RestartableHandling } from "./restartable_handling.ts";
import { RevocableHandling, RevocableSubscription } from "./revocable.ts";

/**
 * Returns the {@linkcode Swapping} of one run of a module with that bus.
 */
export type SwappingFactory = (bus: MessageBus) => Swapping;

/**
 * One run of a module whose code may be swapped: its operations in flight, and
 * the handlings that it hands over.
 *
 * @example
 * ```ts
 * import { Swapping } from "@caryatid/sdk/internal/host/swapping";
 * import { MockBus } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * await using bus = new MockBus();
 * const before = new Swapping(bus);
 * before.handle("greet", () => "hello", undefined, []);
 * await before.hold(); // later requests wait
 * const answer = bus.ask("greet", null);
 * before.end();
 * const after = new Swapping(bus);
 * after.handle("greet", () => "hello again", undefined, [before]);
 * assert.equal(await answer, "hello again");
 * await after.close();
 * ```
 */
export class Swapping {
  readonly #run = new ModuleRun();
  readonly #handlings: ModuleHandlings;

  /** Begins the run. */
  constructor(bus: MessageBus) {
    this.#handlings = new ModuleHandlings(bus);
  }

  /** Wraps a subscription for the module's code. */
  lend(subscription: Subscription): Subscription {
    return new RevocableSubscription(subscription, this.#run);
  }

  /**
   * Adds a handler, or continues a handling of an earlier run. `earlier` has
   * the latest run first.
   */
  handle(
    pattern: string,
    handler: Handler,
    options: HandleOptions | undefined,
    earlier: readonly Swapping[],
  ): Handling {
    const answering: Answering = { handler, run: this.#run };
    let handling: RestartableHandling | undefined;
    for (const run of earlier) {
      handling ??= run.#handlings.release(pattern, answering, options);
    }
    handling ??= this.#handlings.open(pattern, answering, options);
    return new RevocableHandling(this.#handlings.add(handling), this.#run);
  }

  /** Iterates over its handlings. */
  [Symbol.iterator](): Iterator<Handling> {
    return this.#handlings[Symbol.iterator]();
  }

  /**
   * Counts a request of the module until it settles. Returns a new promise of
   * the answer.
   */
  asks<T>(answer: Promise<T>): Promise<T> {
    const { requests } = this.#run;
    requests.begin();
    return answer.finally(() => requests.end());
  }

  /** Ends the run: its code can close nothing from now on. */
  end(): void {
    this.#run.ended = true;
  }

  /** Resolves when no delivery is in flight. */
  steps(): Promise<void> {
    return this.#run.steps.idle();
  }

  /**
   * Makes further requests wait for the next run. Resolves when earlier
   * requests are answered.
   */
  hold(): Promise<void> {
    this.#handlings.hold();
    return this.#run.answers.idle();
  }

  /** Resolves when all handlings are ready. */
  ready(): Promise<void> {
    return this.#handlings.ready();
  }

  /** Takes no more requests. */
  close(): Promise<void> {
    return this.#handlings.close();
  }
}

/** Handlings of a module whose code may be swapped. */
class ModuleHandlings extends OpenResources<RestartableHandling> {
  readonly #bus: MessageBus;

  /** Opens handlings on `bus`. */
  constructor(bus: MessageBus) {
    super();
    this.#bus = bus;
  }

  /** Adds a handler. */
  open(
    pattern: string,
    answering: Answering,
    options: HandleOptions = {},
  ): RestartableHandling {
    return new RestartableHandling(this.#bus, pattern, options, answering);
  }

  /** Makes requests wait for the module's next run. */
  hold(): void {
    for (const handling of this) handling.hold();
  }

  /**
   * Removes and returns the handling that `handle` with these arguments would
   * open. Another one of the same pattern answers the waiting requests.
   */
  release(
    pattern: string,
    answering: Answering,
    options: HandleOptions = {},
  ): RestartableHandling | undefined {
    for (const handling of this) {
      if (handling.pattern !== pattern || handling.closed) continue;
      handling.resume(answering);
      if (!handling.serves(pattern, options)) continue;
      this.delete(handling);
      return handling;
    }
    return undefined;
  }
}
