import type {
  BusSubscribeOptions,
  Delivery,
  HandleOptions,
  Handler,
  Handling,
  MessageBus,
  Subscription,
} from "@caryatid/sdk";
import { BusLayer, SubscriptionLayer } from "@caryatid/sdk/bus";
import type { PauseGate } from "./pause_gate.ts";

/**
 * Layer that a paused module receives nothing through. Its messages stay in
 * their queues, whose overflow applies; requests wait, and can time out. A loop
 * that waits already may receive one more message.
 */
export class PausableBus extends BusLayer {
  readonly #gate: PauseGate;

  /** Wraps `inner`. */
  constructor(inner: MessageBus, gate: PauseGate) {
    super(inner);
    this.#gate = gate;
  }

  override subscribe(
    pattern: string,
    options?: BusSubscribeOptions,
  ): Subscription {
    const inner = this.inner.subscribe(pattern, options);
    return new PausableSubscription(inner, this.#gate);
  }

  override handle(
    pattern: string,
    handler: Handler,
    options?: HandleOptions,
  ): Handling {
    const gate = this.#gate;
    return this.inner.handle(pattern, async (request) => {
      while (gate.paused) await gate.opened();
      request.signal.throwIfAborted();
      return await handler(request);
    }, options);
  }
}

class PausableSubscription extends SubscriptionLayer {
  readonly #gate: PauseGate;
  readonly #closing = Promise.withResolvers<void>();

  constructor(inner: Subscription, gate: PauseGate) {
    super(inner);
    this.#gate = gate;
  }

  override [Symbol.asyncIterator](): AsyncIterator<Delivery, undefined> {
    const loop = super[Symbol.asyncIterator]();
    return {
      next: () => this.#gate.paused ? this.#later(loop) : loop.next(),
      return: async () =>
        await loop.return?.() ?? { done: true, value: undefined },
      throw: async (error) =>
        await (loop.throw ?? loop.return)?.call(loop, error) ??
          { done: true, value: undefined },
    };
  }

  override close(): Promise<void> {
    this.#closing.resolve();
    return super.close();
  }

  async #later(
    loop: AsyncIterator<Delivery, undefined>,
  ): Promise<IteratorResult<Delivery, undefined>> {
    while (this.#gate.paused && !this.closed) {
      await Promise.race([this.#gate.opened(), this.#closing.promise]);
    }
    return await loop.next();
  }
}
