import type { Accept, Delivery } from "../message_bus.ts";

/** What a delivery is refused with that isn't wanted: it is done, and not counted. */
export const LEFT_OUT: unique symbol = Symbol("left out by where");

/**
 * Accepts only what `where` wants, of that what `accept` does.
 *
 * For members of a group: their queue has what any of them wants. As a refusal it costs nothing where there is no `where`.
 *
 * @example A member that wants even numbers
 * ```ts
 * import { acceptWhere } from "@caryatid/sdk/bus";
 * import { MockBus } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * await using bus = new MockBus();
 * const accept = acceptWhere(({ message }) => Number(message) % 2 === 0);
 * const heard = bus.subscribe("numbers", { accept });
 * for (const number of [1, 2]) await bus.inject("numbers", number);
 * const { value } = await heard[Symbol.asyncIterator]().next();
 * assert.equal(value?.message, 2);
 * ```
 */
export function acceptWhere(
  where: (delivery: Delivery) => boolean,
  accept: Accept = (delivery) => delivery,
): Accept {
  return (delivery) => {
    if (!where(delivery)) throw LEFT_OUT;
    return accept(delivery);
  };
}
