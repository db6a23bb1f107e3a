import { defineModule } from "@caryatid/sdk";
import { z } from "zod";

/** Handles one message after the other, each for `seconds`. */
export default defineModule({
  name: "worker",
  description: "Handles messages slowly",
  config: z.object({
    topic: z.string(),
    seconds: z.number().nonnegative().default(0),
  }),
  topics: ({ topic }) => ({ subscribe: [topic] }),
  init(context, { topic, seconds }) {
    const work = context.subscribe(topic);
    context.run(async () => {
      for await (const _ of work) {
        if (seconds > 0) await context.clock.sleep(seconds * 1000);
      }
    });
  },
});
