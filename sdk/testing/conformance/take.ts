import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { Delivery, Subscription } from "../../mod.ts";
import { DEADLINE, within } from "./within.ts";

/** How to take deliveries. */
export interface TakeOptions {
  /** Leaves out deliveries whose id came before: what a bus owes that delivers at least once (false). */
  readonly distinct?: boolean;
  /** Longest wait for each delivery, in milliseconds (5,000). */
  readonly timeout?: number;
}

interface Loop {
  readonly iterator: AsyncIterator<Delivery>;
  readonly seen: Set<string>;
}

const loops = new WeakMap<Subscription, Loop>();

/**
 * The next `n` deliveries. A later call goes on with the same loop, so the last delivery stays in hand until then.
 *
 * Fails when there are fewer, and says what it got.
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
      () => `${n} deliveries on "${subscription.pattern}", ${tell(got)}`,
      options.timeout ?? DEADLINE,
    );
    if (step.done) {
      assert.fail(
        `Wanted ${n} deliveries on "${subscription.pattern}", but it ended: ${
          tell(got)
        }`,
      );
    }
    if (options.distinct && !isNew(step.value, seen)) continue;
    got.push(step.value);
  }
  return got;
}

/** Whether a delivery with that id was not seen before; remembers it. */
export function isNew(delivery: Delivery, seen: Set<string>): boolean {
  const before = seen.size;
  return seen.add(delivery.id).size > before;
}

/** What was published, of each delivery. */
export function messages(deliveries: readonly Delivery[]): unknown[] {
  return deliveries.map(({ message }) => message);
}

/** Deliveries in a failure's text. */
export function tell(deliveries: readonly Delivery[]): string {
  const text = deliveries.slice(-20).map(({ topic, message }) =>
    `${topic} ${inspect(message, { compact: true })}`
  ).join(", ").slice(0, 1_000);
  const many = deliveries.length > 20 ? `${deliveries.length}, at last ` : "";
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
