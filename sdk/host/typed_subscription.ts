import { DerivedDelivery } from "../bus/local_delivery.ts";
import type { TypedTopic } from "../define_topic.ts";
import type { CaryatidError } from "../errors.ts";
import type { Delivery, Subscription } from "../message_bus.ts";
import { checkMessage } from "./check.ts";
import { isChecked } from "./typed_publish.ts";

type Step<Output> = IteratorResult<Delivery<Output>, undefined>;

/** A subscription that gives out only messages that fit the topic's schema. */
export class TypedSubscription<Output> implements Subscription<Output> {
  readonly pattern: string;
  readonly ready: Promise<void>;
  readonly #inner: Subscription;
  readonly #topic: TypedTopic<unknown, Output>;
  readonly #onRefused: (error: CaryatidError) => void;
  #refused = 0;

  /** `onRefused` hears of each message that doesn't fit. */
  constructor(
    inner: Subscription,
    topic: TypedTopic<unknown, Output>,
    onRefused: (error: CaryatidError) => void,
  ) {
    this.pattern = inner.pattern;
    this.ready = inner.ready;
    this.#inner = inner;
    this.#topic = topic;
    this.#onRefused = onRefused;
  }

  get depth(): number {
    return this.#inner.depth;
  }

  get inHand(): number {
    return this.#inner.inHand;
  }

  get readers(): number {
    return this.#inner.readers;
  }

  get dropped(): number {
    return this.#inner.dropped + this.#refused;
  }

  get closed(): boolean {
    return this.#inner.closed;
  }

  [Symbol.asyncIterator](): AsyncIterator<Delivery<Output>, undefined> {
    const loop = this.#inner[Symbol.asyncIterator]();
    const take = (step: IteratorResult<Delivery>) => this.#take(loop, step);
    return {
      next: () => loop.next().then(take),
      return: async () => {
        await this.close();
        return { done: true, value: undefined };
      },
    };
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The step itself when its message fits, else the next one that does. */
  #take(
    loop: AsyncIterator<Delivery>,
    step: IteratorResult<Delivery>,
  ): Step<Output> | Promise<Step<Output>> {
    if (step.done) return { done: true, value: undefined };
    return isChecked(step.value, this.#topic.schema)
      ? step as Step<Output>
      : this.#firstFitting(loop, step.value);
  }

  /** A loop, not a recursion: that would hold on to each message that was refused until one fits. */
  async #firstFitting(
    loop: AsyncIterator<Delivery>,
    first: Delivery,
  ): Promise<Step<Output>> {
    for (let delivery = first;;) {
      const fitting = await this.#fit(delivery);
      if (fitting) return { done: false, value: fitting };
      const step = await loop.next();
      if (step.done) return { done: true, value: undefined };
      delivery = step.value;
    }
  }

  /** The delivery with its checked message, or undefined when that is refused. */
  async #fit(delivery: Delivery): Promise<Delivery<Output> | undefined> {
    const { schema } = this.#topic;
    if (isChecked(delivery, schema)) return delivery as Delivery<Output>;
    const { topic, message, redelivered } = delivery;
    try {
      const checked = await checkMessage(topic, schema, message);
      return checked === message
        ? delivery as Delivery<Output>
        : new DerivedDelivery(delivery, checked, redelivered);
    } catch (error) {
      this.#refused++;
      this.#onRefused(error as CaryatidError);
      return undefined;
    }
  }
}
