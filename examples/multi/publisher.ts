import { defineModule } from "@caryatid/sdk";
import { z } from "zod";

/** Publishes `count` greetings: once, or every `period` seconds. */
export default defineModule({
  name: "publisher",
  description: "Says hello",
  config: z.object({
    topic: z.string(),
    signature: z.string(),
    count: z.int().positive().default(1),
    period: z.number().positive().optional(),
  }),
  topics: ({ topic }) => ({ publish: [topic] }),
  init(context, { topic, signature, count, period }) {
    async function greet(): Promise<void> {
      for (let number = 0; number < count; number++) {
        const message = { message: `Hello, world! from ${signature}` };
        context.log.info("Sending {message}", { message });
        await context.publish(topic, message);
      }
    }
    context.run(async () => {
      for (;;) {
        await greet();
        if (period === undefined) return;
        await context.clock.sleep(period * 1000);
      }
    });
  },
});
