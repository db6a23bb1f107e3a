import { defineModule } from "@caryatid/sdk";

/** Publishes the average of all prices so far: what a stranger should be like. */
export default defineModule({
  name: "average",
  description: "Tells what prices are on average",
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
