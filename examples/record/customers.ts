import { defineModule } from "@caryatid/sdk";
import { z } from "zod";

const PRICES = [[3, 4], [20, 35], [12], [60]];

/** Places an order every `period` seconds. */
export default defineModule({
  name: "customers",
  description: "Place orders",
  config: z.object({ period: z.number().positive().default(1) }),
  topics: { publish: ["order.placed"] },
  init(context, { period }) {
    context.run(async () => {
      for (const [number, prices] of PRICES.entries()) {
        const signature = crypto.getRandomValues(new Uint8Array(8));
        const order = { number: BigInt(number), prices, signature };
        context.log.info("Order {number}: {prices}", { number, prices });
        await context.publish("order.placed", order);
        await context.clock.sleep(period * 1000);
      }
    });
  },
});
