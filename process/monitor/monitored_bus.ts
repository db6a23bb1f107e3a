import type {
  BusSubscribeOptions,
  HandleOptions,
  Handler,
  Handling,
  MessageBus,
  PublishOptions,
  RequestOptions,
  Subscription,
} from "@caryatid/sdk";
import { BusLayer } from "@caryatid/sdk/bus";
import type { ModuleCounts } from "./module_counts.ts";

/** Layer that counts the calls of one module. */
export class MonitoredBus extends BusLayer {
  readonly #counts: ModuleCounts;
  readonly #now: () => number;

  /** Wraps `inner`. `now` returns milliseconds of a monotonic clock. */
  constructor(inner: MessageBus, counts: ModuleCounts, now: () => number) {
    super(inner);
    this.#counts = counts;
    this.#now = now;
  }

  override publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    const outcome = this.inner.publish(topic, message, options);
    return this.#counts.writes.of(topic).count(outcome, this.#now);
  }

  override subscribe(
    pattern: string,
    options?: BusSubscribeOptions,
  ): Subscription {
    return this.#counts.reads.of(pattern)
      .subscribe(this.inner, pattern, options, this.#now);
  }

  override request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    const answer = this.inner.request(topic, message, options);
    return this.#counts.requests.of(topic).count(answer, this.#now);
  }

  override handle(
    pattern: string,
    handler: Handler,
    options?: HandleOptions,
  ): Handling {
    const counted = this.#counts.handlings.of(pattern).counted(handler);
    return this.inner.handle(pattern, counted, options);
  }
}
