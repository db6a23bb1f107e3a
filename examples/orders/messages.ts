/** The topics of the shop, with the types of their messages. */
import { defineTopic } from "@caryatid/sdk";
import { z } from "zod";

/** Wish of a customer. */
export const Wish = z.object({
  item: z.string().min(1).max(40),
  count: z.int().min(1).max(100),
  customer: z.string().min(1).max(40),
});

/** An order and its state. */
export const Order = Wish.extend({
  id: z.string(),
  state: z.enum(["placed", "shipped"]),
}).meta({ id: "Order" });
export type Order = z.infer<typeof Order>;

/** Reserves items of the stock, or fails with an error of the shop. */
export const reserve = defineTopic(
  "inventory.reserve",
  Wish.pick({ item: true, count: true }),
  {
    answer: z.object({ left: z.int() }),
    errors: { OUT_OF_STOCK: 409 },
  },
);

/** An order is accepted, and its items are reserved. */
export const placed = defineTopic("order.placed", Order);

/** A parcel has left. */
export const shipped = defineTopic(
  "order.shipped",
  z.object({ id: z.string(), customer: z.string(), parcel: z.int() }),
);

/** A report is due. */
export const reportDue = defineTopic("report.due", z.object({}));

/** Numbers of orders since the start. */
export const report = defineTopic(
  "report.orders",
  z.object({ placed: z.int(), shipped: z.int() }),
);
