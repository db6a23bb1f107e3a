import { defineModule } from "@caryatid/sdk";

/** Isolated module: publishes a message for each request that it answers. */
export default defineModule({
  name: "stock",
  init(context) {
    context.handle("stock.count", async ({ message }) => {
      await context.publish("stock.asked", message);
      context.log.info("counted");
      return 7;
    });
  },
});
