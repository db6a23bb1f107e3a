import { defineModule } from "@caryatid/sdk";
import { orderPlaced } from "./topics.ts";

/** Counts what is left of each item, and orders more in time. */
export default defineModule({
  name: "stock",
  description: "Counts what is left",
  topics: {
    subscribe: ["order.placed.*", "delivery.arrived"],
    publish: ["stock.low.*"],
  },
  init(context) {
    const left = new Map<string, number>();
    const placed = context.subscribe(orderPlaced);
    context.subscribe("delivery.arrived"); // from a supplier that is not here
    context.run(async () => {
      for await (const { message: { item, count } } of placed) {
        const rest = (left.get(item) ?? 50) - count;
        left.set(item, rest < 10 ? 50 : rest);
        if (rest < 10) await context.publish(`stock.low.${item}`, { rest });
      }
    });
  },
});
