import { defineModule } from "@caryatid/sdk";
import { z } from "zod";

interface Order {
  readonly number: bigint;
  readonly prices: readonly number[];
}

/** Publishes the total of each order, a tenth less from `discount-from` on. */
export default defineModule({
  name: "shop",
  description: "Adds up orders",
  config: z.object({ "discount-from": z.number().optional() }),
  topics: { subscribe: ["order.placed"], publish: ["order.total"] },
  init(context, { "discount-from": from = Infinity }) {
    const orders = context.subscribe("order.placed");
    context.run(async () => {
      for await (const { message } of orders) {
        const { number, prices } = message as Order;
        const sum = prices.reduce((total, price) => total + price, 0);
        const total = sum >= from ? sum * 0.9 : sum;
        context.log.info("Order {number} costs {total}", { number, total });
        await context.publish("order.total", { number, total });
      }
    });
  },
});
