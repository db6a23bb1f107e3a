import { defineModule } from "@caryatid/sdk";

/** Books each order. Now and then it gets stuck, on purpose. */
export default defineModule({
  name: "ledger",
  description: "Books orders, and gets stuck on purpose",
  config: { "stuck-every": 60, "stuck-for": 15 },
  topics: { handle: ["ledger.book"], publish: ["ledger.booked"] },
  init(context, config) {
    const every = config["stuck-every"] * 1_000;
    const length = config["stuck-for"] * 1_000;
    const began = context.clock.monotonic();
    context.handle("ledger.book", async ({ message }) => {
      const phase = (context.clock.monotonic() - began) % every;
      const left = phase - (every - length);
      if (left > 0) await context.clock.sleep(length - left);
      await context.publish("ledger.booked", message);
      return true;
    });
  },
});
