import type { Delivery, Subscription } from "../message_bus.ts";
import type { Life } from "./life.ts";

/** A subscription as the code of a module has it that may be swapped: once its life is over, it can't close it any more. */
export class LentSubscription implements Subscription {
  readonly pattern: string;
  readonly ready: Promise<void>;
  readonly #kept: Subscription;
  readonly #life: Life;

  /** Lends `kept` to the code of this life. */
  constructor(kept: Subscription, life: Life) {
    this.pattern = kept.pattern;
    this.ready = kept.ready;
    this.#kept = kept;
    this.#life = life;
  }

  get depth(): number {
    return this.#kept.depth;
  }

  get inHand(): number {
    return this.#kept.inHand;
  }

  get readers(): number {
    return this.#kept.readers;
  }

  get heldUp(): number {
    return this.#kept.heldUp;
  }

  get dropped(): number {
    return this.#kept.dropped;
  }

  get closed(): boolean {
    return this.#life.over || this.#kept.closed;
  }

  [Symbol.asyncIterator](): AsyncIterator<Delivery, undefined> {
    const loop = this.#kept[Symbol.asyncIterator]() as Required<
      AsyncIterator<Delivery, undefined>
    >;
    const { steps } = this.#life;
    let inHand = false;
    const isBack = () => {
      if (inHand) steps.end();
      inHand = false;
    };
    return {
      next: async () => {
        isBack();
        const step = await loop.next();
        if (!step.done) steps.begin();
        inHand = !step.done;
        return step;
      },
      // Told first: what is left unfinished is known when the last step is over.
      return: () => {
        const left = loop.return();
        isBack();
        return left;
      },
      throw: (error) => {
        const left = loop.throw(error);
        isBack();
        return left;
      },
    };
  }

  close(): Promise<void> {
    return this.#life.over ? Promise.resolve() : this.#kept.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
