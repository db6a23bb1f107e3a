/**
 * What it takes to swap the code of a module while it runs. Apart from the rest of `@caryatid/sdk/host`, as most processes never do:
 * every file takes its part of a start.
 *
 * @module
 */
import type {
  HandleOptions,
  Handler,
  Handling,
  MessageBus,
  Subscription,
} from "../message_bus.ts";
import type { Answering, KeptHandling } from "./kept_handling.ts";
import { LentHandling } from "./lent_handling.ts";
import { LentSubscription } from "./lent_subscription.ts";
import { Life } from "./life.ts";
import { ModuleHandlings } from "./module_handlings.ts";

/** Makes the {@linkcode Swapping} of one life of a module, whose bus this is. */
export type SwappingFactory = (bus: MessageBus) => Swapping;

/**
 * One life of a module whose code may be swapped: what it has in hand, and what it hands over.
 *
 * @example
 * ```ts
 * import { Swapping } from "@caryatid/sdk/host/swapping";
 * import { MockBus } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * await using bus = new MockBus();
 * const before = new Swapping(bus);
 * before.handle("greet", () => "hello", undefined, []);
 * await before.hold(); // what is asked from here on waits
 * const answer = bus.ask("greet", null);
 * before.end();
 * const after = new Swapping(bus);
 * after.handle("greet", () => "hello again", undefined, [before]);
 * assert.equal(await answer, "hello again");
 * await after.close();
 * ```
 */
export class Swapping {
  readonly #life = new Life();
  readonly #handlings: ModuleHandlings;

  /** The life begins. */
  constructor(bus: MessageBus) {
    this.#handlings = new ModuleHandlings(bus);
  }

  /** A subscription as the module's code gets it. */
  lend(subscription: Subscription): Subscription {
    return new LentSubscription(subscription, this.#life);
  }

  /** A handling as the module's code gets it. `earlier` is what the lives before hand over, the last one first. */
  handle(
    pattern: string,
    handler: Handler,
    options: HandleOptions | undefined,
    earlier: readonly Swapping[],
  ): Handling {
    const answering: Answering = { handler, life: this.#life };
    let handling: KeptHandling | undefined;
    for (const life of earlier) {
      handling ??= life.#handlings.release(pattern, answering, options);
    }
    handling ??= this.#handlings.open(pattern, answering, options);
    return new LentHandling(this.#handlings.add(handling), this.#life);
  }

  /** All that it answers. */
  [Symbol.iterator](): Iterator<Handling> {
    return this.#handlings[Symbol.iterator]();
  }

  /** The module waits for an answer until there is one, whichever. Gives another promise of it: nobody else may hear of a failure. */
  asks<T>(answer: Promise<T>): Promise<T> {
    const { questions } = this.#life;
    questions.begin();
    return answer.finally(() => questions.end());
  }

  /** Nothing that was opened is this code's to close any more. */
  end(): void {
    this.#life.over = true;
  }

  /** Resolves when loops have no delivery in hand. */
  steps(): Promise<void> {
    return this.#life.steps.none();
  }

  /** From now on requests wait for the next life. Resolves when those that came before are answered. */
  hold(): Promise<void> {
    this.#handlings.hold();
    return this.#life.answers.none();
  }

  /** Resolves when all that it answers is heard. */
  ready(): Promise<void> {
    return this.#handlings.ready();
  }

  /** Takes no more requests. */
  close(): Promise<void> {
    return this.#handlings.close();
  }
}
