import { defineModule } from "@caryatid/sdk";

/** Gives ten points for each parcel. A stranger wrote it. */
export default defineModule({
  name: "loyalty",
  description: "Gives points to customers",
  topics: { subscribe: ["order.shipped"], publish: ["loyalty.points"] },
  init(context) {
    const points = new Map<string, number>();
    context.consume("order.shipped", async ({ message }) => {
      const { customer } = message as { customer: string };
      const total = (points.get(customer) ?? 0) + 10;
      points.set(customer, total);
      await context.publish("loyalty.points", { customer, points: total });
    });
  },
});
