import { defineModule } from "@caryatid/sdk";
import { z } from "zod";

/** Says hello, once or more often. */
export default defineModule({
  name: "publisher",
  description: "Says hello",
  config: z.object({
    topic: z.string(),
    signature: z.string(),
    count: z.int().positive().default(1),
  }),
  init(context, { topic, signature, count }) {
    context.run(async () => {
      for (let number = 0; number < count; number++) {
        const message = { message: `Hello, world! from ${signature}` };
        context.log.info("Sending {message}", { message });
        await context.publish(topic, message);
      }
    });
  },
});
