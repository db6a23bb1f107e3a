import { CaryatidError } from "../errors.ts";
import type { Delivery } from "../delivery.ts";
import type { HandleOptions } from "../handling.ts";
import type { Accept, Overflow, SubscribeOptions } from "../subscription.ts";
import type { RetryOptions } from "../retry_options.ts";
import { MAX_TIMEOUT } from "./deadlines.ts";

/**
 * Maximum number of unread messages, unless the subscription or its bus sets
 * it.
 */
export const QUEUE_SIZE = 100;
/** Largest queue size of a subscription. */
export const MOST_QUEUE_SIZE = 1_000_000;
/**
 * Maximum number of requests that a handling works on at the same time, unless
 * it sets it.
 */
export const CONCURRENCY = 64;
/** Largest number of attempts at one request, or delivery. */
export const MOST_ATTEMPTS = 100;

const ONCE: RetryOptions = { attempts: 1 };

const OVERFLOWS: readonly Overflow[] = [
  "wait",
  "drop-oldest",
  "drop-newest",
  "error",
];

/**
 * Checks and completes the options of `subscribe`.
 *
 * @example
 * ```ts
 * import { checkSubscribeOptions } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const { queueSize, overflow } = checkSubscribeOptions({ overflow: "error" });
 * assert.equal(queueSize, 100);
 * assert.equal(overflow, "error");
 * ```
 * @throws {CaryatidError} `INVALID_OPTION` for an invalid queue size, overflow
 * or retry
 */
export function checkSubscribeOptions(
  options: SubscribeOptions,
  queueSize: number = QUEUE_SIZE,
): { queueSize: number; overflow: Overflow } {
  const overflow = options.overflow ?? "wait";
  if (!OVERFLOWS.includes(overflow)) {
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot use the overflow ${JSON.stringify(overflow)}: ` +
        `expected one of ${OVERFLOWS.join(", ")}`,
    );
  }
  if (options.retry !== undefined) checkRetry(options);
  return {
    overflow,
    queueSize: checkCount(
      "queue size",
      options.queueSize ?? queueSize,
      MOST_QUEUE_SIZE,
    ),
  };
}

/**
 * Checks and completes the options of `handle`.
 *
 * @example
 * ```ts
 * import { checkConcurrency } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * assert.equal(checkConcurrency({}), 64);
 * assert.throws(() => checkConcurrency({ concurrency: 0 }), {
 *   code: "INVALID_OPTION",
 * });
 * ```
 * @throws {CaryatidError} `INVALID_OPTION` unless the concurrency is a whole
 * number over 0
 */
export function checkConcurrency(options: HandleOptions): number {
  return checkCount("concurrency", options.concurrency ?? CONCURRENCY, 65_536);
}

/**
 * Checks and completes the `retry` of `handle` or `subscribe`. The default is
 * one attempt.
 *
 * @example
 * ```ts
 * import { checkRetry } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * assert.equal(checkRetry({}).attempts, 1);
 * assert.equal(checkRetry({ retry: { attempts: 3 } }).attempts, 3);
 * ```
 * @throws {CaryatidError} `INVALID_OPTION` unless there are 1 to 100 attempts,
 * and a backoff from 0 to 2^31 - 1 ms
 */
export function checkRetry(
  options: { readonly retry?: RetryOptions },
): Required<RetryOptions> {
  const { retry = ONCE } = options;
  const attempts = checkCount("attempts", retry?.attempts, MOST_ATTEMPTS);
  const { backoff = 0 } = retry;
  if (typeof backoff === "number" && backoff >= 0 && backoff <= MAX_TIMEOUT) {
    return { attempts, backoff };
  }
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot use the backoff ${String(backoff)}: ` +
      `expected milliseconds from 0 to ${MAX_TIMEOUT}`,
  );
}

/**
 * Returns the milliseconds before the next attempt after so many failures.
 *
 * @example
 * ```ts
 * import { checkRetry, retryWait } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const retry = checkRetry({ retry: { attempts: 3, backoff: 0 } });
 * assert.equal(retryWait(retry, 1), 0);
 * ```
 */
export function retryWait(
  { backoff }: Required<RetryOptions>,
  failures: number,
): number {
  return Math.min(backoff * 2 ** (failures - 1), MAX_TIMEOUT);
}

/**
 * Checks a whole number from 1 to `most` and returns it.
 *
 * @example
 * ```ts
 * import { checkCount } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * assert.equal(checkCount("prefetch", 10, 100), 10);
 * assert.throws(() => checkCount("prefetch", 101, 100), {
 *   code: "INVALID_OPTION",
 * });
 * ```
 * @throws {CaryatidError} `INVALID_OPTION` if it is anything else
 */
export function checkCount(
  what: string,
  count: unknown,
  most: number,
): number {
  if (
    Number.isInteger(count) && count as number >= 1 && count as number <= most
  ) {
    return count as number;
  }
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot use the ${what} ${String(count)}: ` +
      `expected a whole number from 1 to ${most}`,
  );
}

/**
 * Rejection of a delivery that `where` excludes: it is acknowledged and not
 * counted.
 */
export const SKIPPED: unique symbol = Symbol("left out by where");

/**
 * Returns an `accept` that also applies `where`.
 *
 * Members of a group need it: their queue contains what any of them accepts.
 * Subscriptions without a `where` pay nothing.
 *
 * @example A member that wants even numbers
 * ```ts
 * import { acceptWhere } from "@caryatid/sdk/bus";
 * import { MockBus } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * await using bus = new MockBus();
 * const accept = acceptWhere(({ message }) => Number(message) % 2 === 0);
 * const subscription = bus.subscribe("numbers", { accept });
 * for (const number of [1, 2]) await bus.inject("numbers", number);
 * const { value } = await subscription[Symbol.asyncIterator]().next();
 * assert.equal(value?.message, 2);
 * ```
 */
export function acceptWhere(
  where: (delivery: Delivery) => boolean,
  accept: Accept = (delivery) => delivery,
): Accept {
  return (delivery) => {
    if (!where(delivery)) throw SKIPPED;
    return accept(delivery);
  };
}
