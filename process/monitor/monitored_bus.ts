import type {
  HandleOptions,
  Handler,
  Handling,
  MessageBus,
  OpenOptions,
  PublishOptions,
  RequestOptions,
  SubscribeOptions,
  Subscription,
} from "@caryatid/sdk";
import type { ModuleCounts } from "./module_counts.ts";

/** The bus as one module has it: counts what the module does, and passes it on. */
export class MonitoredBus implements MessageBus {
  readonly #bus: MessageBus;
  readonly #counts: ModuleCounts;
  readonly #now: () => number;

  /** `now` gives milliseconds of a clock that never jumps. */
  constructor(bus: MessageBus, counts: ModuleCounts, now: () => number) {
    this.#bus = bus;
    this.#counts = counts;
    this.#now = now;
  }

  get abilities(): MessageBus["abilities"] {
    return this.#bus.abilities;
  }

  open(options?: OpenOptions): Promise<void> {
    return this.#bus.open(options);
  }

  publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    const outcome = this.#bus.publish(topic, message, options);
    return this.#counts.writes.of(topic).count(outcome, this.#now);
  }

  subscribe(pattern: string, options?: SubscribeOptions): Subscription {
    return this.#counts.reads.of(pattern)
      .subscribe(this.#bus, pattern, options, this.#now);
  }

  request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    const answer = this.#bus.request(topic, message, options);
    return this.#counts.requests.of(topic).count(answer, this.#now());
  }

  handle(
    pattern: string,
    handler: Handler,
    options?: HandleOptions,
  ): Handling {
    const counted = this.#counts.handlings.of(pattern).counted(handler);
    return this.#bus.handle(pattern, counted, options);
  }

  close(): Promise<void> {
    return this.#bus.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
