import { defineModule } from "@caryatid/sdk";

/** Publishes a price every 50 ms, each with its number, and keeps its customers to itself. */
export default defineModule({
  name: "shop",
  description: "Knows prices, and customers",
  init(context) {
    context.handle("customer.list", () => ["Ada", "Grace"]);
    context.run(async () => {
      for (let number = 0; !context.signal.aborted; number++) {
        await context.publish("price.tea", { number, pence: 100 + number % 7 });
        await context.clock.sleep(50, context.signal).catch(() => {});
      }
    });
  },
});
