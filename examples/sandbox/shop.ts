import { defineModule } from "@caryatid/sdk";

/** Publishes a numbered price every 50 ms, and has a list of customers. */
export default defineModule({
  name: "shop",
  description: "Knows prices, and customers",
  init(context) {
    context.handle("customer.list", () => ["Ada", "Grace"]);
    context.run(async () => {
      for (let number = 0; !context.signal.aborted; number++) {
        await context.publish("price.tea", { number, pence: 100 + number % 7 });
        // A stop rejects the sleep, and the condition ends the loop.
        await context.clock.sleep(50, context.signal).catch(() => {});
      }
    });
  },
});
