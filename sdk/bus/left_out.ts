import type { Accept, Delivery } from "../message_bus.ts";

/** What a delivery is refused with that isn't wanted: it is done, and not counted. */
export const LEFT_OUT: unique symbol = Symbol("left out by where");

/**
 * Accepts only what `where` wants, of that what `accept` does.
 *
 * For members of a group: their queue has what any of them wants. As a refusal it costs nothing where there is no `where`.
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
