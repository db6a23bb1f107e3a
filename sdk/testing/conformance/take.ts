import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { Delivery, Subscription } from "../../mod.ts";
import { DEADLINE, within } from "./promises.ts";

/** Options of {@linkcode take}. */
export interface TakeOptions {
  /**
   * Skips deliveries with a repeated id, for a bus that delivers at least once
   * (default: false).
   */
  readonly distinct?: boolean;
  /** Timeout of each delivery, in milliseconds (default: 30,000). */
  readonly timeout?: number;
}

interface Loop {
  readonly iterator: AsyncIterator<Delivery>;
  readonly seen: Set<string>;
}

const loops = new WeakMap<Subscription, Loop>();

/**
 * Returns the next `n` deliveries. A later call continues the same loop, so the
 * last delivery stays in flight until then.
 *
 * Rejects with the deliveries so far if fewer arrive.
 */
export async function take(
  subscription: Subscription,
  n: number,
  options: TakeOptions = {},
): Promise<Delivery[]> {
  const { iterator, seen } = loopOver(subscription);
  const got: Delivery[] = [];
  while (got.length < n) {
    const step = await within(
      iterator.next(),
      () =>
        `${n} deliveries on "${subscription.pattern}", ${
          describeDeliveries(got)
        }`,
      options.timeout ?? DEADLINE,
    );
    if (step.done) {
      assert.fail(
        `Expected ${n} deliveries on "${subscription.pattern}", but it ended: ${
          describeDeliveries(got)
        }`,
      );
    }
    if (options.distinct && !isNew(step.value, seen)) continue;
    got.push(step.value);
  }
  return got;
}

/** Adds the id of a delivery to `seen`. Returns false if it was present. */
export function isNew(delivery: Delivery, seen: Set<string>): boolean {
  const before = seen.size;
  return seen.add(delivery.id).size > before;
}

/** Returns the message of each delivery. */
export function messages(deliveries: readonly Delivery[]): unknown[] {
  return deliveries.map(({ message }) => message);
}

/** Formats deliveries for the text of a failure. */
export function describeDeliveries(deliveries: readonly Delivery[]): string {
  const text = deliveries.slice(-20).map(({ topic, message }) =>
    `${topic} ${inspect(message, { compact: true })}`
  ).join(", ").slice(0, 1_000);
  const many = deliveries.length > 20
    ? `${deliveries.length}, the last ones `
    : "";
  return `got ${many}[${text}]`;
}

function loopOver(subscription: Subscription): Loop {
  let loop = loops.get(subscription);
  if (loop === undefined) {
    loop = {
      iterator: subscription[Symbol.asyncIterator](),
      seen: new Set(),
    };
    loops.set(subscription, loop);
  }
  return loop;
}
