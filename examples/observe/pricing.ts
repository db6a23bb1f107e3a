import { defineModule } from "@caryatid/sdk";

const PRICES: Readonly<Record<string, number>> = {
  tea: 3,
  coffee: 4,
  cocoa: 5,
  mate: 4.5,
};

/** Answers with the price of an item. */
export default defineModule({
  name: "pricing",
  description: "Knows the prices",
  topics: { handle: ["price.of.*"] },
  init(context) {
    context.handle("price.of.*", async ({ topic }) => {
      await context.clock.sleep(2 + Math.random() * 8);
      return PRICES[topic.split(".")[2]!] ?? 1;
    });
  },
});
