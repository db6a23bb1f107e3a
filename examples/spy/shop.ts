import { defineModule } from "@caryatid/sdk";

const ORDERS = [
  { kind: "order", item: "tea", total: 12, card: { number: "4111 1111" } },
  { kind: "order", item: "teapot", total: 120, card: { number: "5500 0000" } },
  { kind: "return", item: "teapot", total: 120 },
  { kind: "order", item: "tea", total: 9, note: "please ".repeat(1_000) },
];

/**
 * A shop that requests its stock and publishes orders and readings of a scale.
 */
export default defineModule({
  name: "shop",
  description: "Sells tea",
  topics: {
    publish: ["order.new", "shop.scale"],
    request: ["stock.*"],
    handle: ["stock.*"],
  },
  init(context) {
    context.handle("stock.*", () => ({ left: 7 }));
    context.run(async () => {
      await context.request("stock.tea", { amount: 2 });
      for (const order of ORDERS) await context.publish("order.new", order);
      for (let number = 0; number < 10_000; number++) {
        await context.publish("shop.scale", { number, grams: 250 });
      }
    });
  },
});
