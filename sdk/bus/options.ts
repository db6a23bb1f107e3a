import { CaryatidError } from "../errors.ts";
import type {
  HandleOptions,
  Overflow,
  SubscribeOptions,
} from "../message_bus.ts";
import type { RetryOptions } from "../retry_options.ts";
import { MAX_TIMEOUT } from "./deadlines.ts";

/** Messages that may wait for a subscription unless it or its bus says otherwise. */
export const QUEUE_SIZE = 100;
/** Largest queue of a subscription. */
export const MOST_QUEUE_SIZE = 1_000_000;
/** Requests that a handling works on at the same time unless it says otherwise. */
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
 * Checks and completes what `subscribe` is given.
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
 * @throws {CaryatidError} `INVALID_OPTION` for a queue size, overflow or retry that doesn't exist
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
        `wanted one of ${OVERFLOWS.join(", ")}`,
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
 * Checks and completes what `handle` is given.
 *
 * @example
 * ```ts
 * import { checkConcurrency } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * assert.equal(checkConcurrency({}), 64);
 * assert.throws(() => checkConcurrency({ concurrency: 0 }), { code: "INVALID_OPTION" });
 * ```
 * @throws {CaryatidError} `INVALID_OPTION` unless the concurrency is a whole number over 0
 */
export function checkConcurrency(options: HandleOptions): number {
  return checkCount("concurrency", options.concurrency ?? CONCURRENCY, 65_536);
}

/**
 * Checks and completes the `retry` of what `handle` or `subscribe` is given; one attempt where there is none.
 *
 * @example
 * ```ts
 * import { checkRetry } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * assert.equal(checkRetry({}).attempts, 1);
 * assert.equal(checkRetry({ retry: { attempts: 3 } }).attempts, 3);
 * ```
 * @throws {CaryatidError} `INVALID_OPTION` unless there are 1 to 100 attempts, and a backoff from 0 to 2^31 - 1 ms
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
      `wanted milliseconds from 0 to ${MAX_TIMEOUT}`,
  );
}

/**
 * Milliseconds before the next attempt after so many failures.
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
 * assert.throws(() => checkCount("prefetch", 101, 100), { code: "INVALID_OPTION" });
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
      `wanted a whole number from 1 to ${most}`,
  );
}
