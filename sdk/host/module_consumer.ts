import { checkCount, checkRetry, retryWait } from "../bus/options.ts";
import { describeFailure } from "../bus/remote_failure.ts";
import type { Clock } from "../clock.ts";
import { CaryatidError, isShutdownError } from "../errors.ts";
import { deniedHint } from "./denied_access.ts";
import type { Log } from "../log.ts";
import type { Delivery } from "../delivery.ts";
import type {
  ConsumeOptions,
  Consumer,
  Subscription,
} from "../subscription.ts";
import type { RetryOptions } from "../retry_options.ts";

/** Most messages that a consumer handles at the same time. */
const MAX_CONCURRENCY = 65_536;

/** Handles one message. */
export type Consume = (delivery: Delivery) => void | Promise<void>;

/** Options of {@linkcode ModuleConsumer}. */
export interface ModuleConsumerOptions {
  /** Id of the module, for errors and logs. */
  readonly module: string;
  readonly handler: Consume;
  readonly concurrency: number;
  readonly retry: Required<RetryOptions>;
  /** True in a group, where another member can take an unfinished message. */
  readonly isGrouped: boolean;
  /** Clock of the backoff; its sleeps end when the module stops. */
  readonly clock: Clock;
  /** Fires when the module begins to stop. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Result of an attempt at a message. */
type Outcome = "handled" | "failed" | "interrupted";

/**
 * Consumer of a module: loops over one subscription, each of which handles one
 * message at a time.
 */
export class ModuleConsumer implements Consumer {
  failed = 0;
  inFlight = 0;
  readonly #subscription: Subscription;
  readonly #options: ModuleConsumerOptions;
  readonly #waits = new AbortController();
  /** Messages dropped by the stop and not logged yet. */
  #interrupted = 0;
  #closing: Promise<void> | undefined;
  #idle: (() => void) | undefined;

  /** Consumes `subscription` once `loop` is called. */
  constructor(subscription: Subscription, options: ModuleConsumerOptions) {
    this.#subscription = subscription;
    this.#options = options;
  }

  get pattern(): string {
    return this.#subscription.pattern;
  }

  get ready(): Promise<void> {
    return this.#subscription.ready;
  }

  get queued(): number {
    return this.#subscription.queued;
  }

  get dropped(): number {
    return this.#subscription.dropped;
  }

  get closed(): boolean {
    return this.#closing !== undefined || this.#subscription.closed;
  }

  /** Handles messages one by one until the subscription ends. Never rejects. */
  async loop(): Promise<void> {
    const { handler } = this.#options;
    const deliveries = this.#subscription[Symbol.asyncIterator]();
    for (;;) {
      const step = await deliveries.next();
      if (step.done || this.#closing !== undefined) {
        this.#logInterrupted();
        return;
      }
      const delivery = step.value;
      this.inFlight++;
      let outcome: Outcome = "handled";
      try {
        const handling = handler(delivery);
        if (handling !== undefined) await handling;
      } catch (error) {
        outcome = await this.#retry(delivery, error);
      }
      this.inFlight--;
      if (outcome === "interrupted" && this.#options.isGrouped) {
        // Unfinished, so that another member receives it.
        if (this.#closing && this.inFlight === 0) this.#idle?.();
        return;
      }
      if (this.#closing === undefined) continue;
      // Acknowledges this delivery. A further one stays unhandled, so that its
      // bus can give it to another member.
      deliveries.next().catch(() => {}); // the subscription closes next
      this.#logInterrupted();
      if (this.inFlight === 0) this.#idle?.();
      return;
    }
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await Promise.resolve(); // `#closing` is set before a loop looks at it
    this.#waits.abort();
    if (this.inFlight > 0) {
      await new Promise<void>((resolve) => this.#idle = resolve);
    }
    await this.#subscription.close();
  }

  async #retry(delivery: Delivery, first: unknown): Promise<Outcome> {
    const { handler, retry, clock } = this.#options;
    let error = first;
    if (this.#isInterrupted(error)) return this.#interrupt(delivery, error);
    for (let failures = 1; failures < retry.attempts; failures++) {
      const wait = retryWait(retry, failures);
      try {
        if (wait > 0) await clock.sleep(wait, this.#waits.signal);
      } catch {
        return this.#interrupt(delivery, error);
      }
      if (this.#subscription.closed) return "interrupted";
      this.#subscription.countRetry?.();
      try {
        await handler(delivery);
        return "handled";
      } catch (again) {
        if (this.#isInterrupted(again)) return this.#interrupt(delivery, again);
        error = again;
      }
    }
    this.#fail(delivery, error);
    return "failed";
  }

  /** Returns true if the stop of the module ended a wait of the handler. */
  #isInterrupted(error: unknown): boolean {
    return this.#options.signal.aborted && isShutdownError(error);
  }

  /** Drops a message whose handling the stop interrupts, outside of a group. */
  #interrupt(delivery: Delivery, error: unknown): "interrupted" {
    if (this.#options.isGrouped) return "interrupted";
    this.#subscription.reject(delivery, error);
    this.#interrupted++;
    return "interrupted";
  }

  /** Logs the messages that the stop dropped, once for all loops. */
  #logInterrupted(): void {
    const { module, log } = this.#options;
    const count = this.#interrupted;
    this.#interrupted = 0;
    if (count === 0) return;
    log.warn(
      'module "{module}" dropped {count} messages of "{pattern}": the stop interrupted their handling',
      { module, count, pattern: this.pattern },
    );
  }

  #fail(delivery: Delivery, error: unknown): void {
    const { module, retry, log } = this.#options;
    const { code, message: reason } = describeFailure(error);
    const hint = deniedHint(module, error);
    this.failed++;
    this.#subscription.reject(delivery, error, retry.attempts);
    log.error(
      '[{code}] module "{module}" failed on a message of {topic} (attempt {attempts} of {attempts}): {reason}{hint}',
      {
        module,
        topic: delivery.topic,
        attempts: retry.attempts,
        reason,
        hint: hint === undefined ? "" : ` (${hint})`,
        code,
        id: delivery.id,
      },
    );
  }
}

/**
 * Checks the options of `consume`.
 *
 * @throws {CaryatidError} `INVALID_OPTION` that names the module and the topic
 */
export function checkConsumer(
  module: string,
  pattern: string,
  options: ConsumeOptions,
): Pick<ModuleConsumerOptions, "concurrency" | "retry"> {
  try {
    return {
      concurrency: checkCount(
        "concurrency",
        options.concurrency ?? 1,
        MAX_CONCURRENCY,
      ),
      retry: checkRetry(options),
    };
  } catch (cause) {
    const { code, message, hint } = cause as CaryatidError;
    throw new CaryatidError(
      code,
      `Cannot consume "${pattern}" in module "${module}": ${message}`,
      { cause, hint },
    );
  }
}
