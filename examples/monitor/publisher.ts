import { defineModule } from "@caryatid/sdk";
import { z } from "zod";

/** Publishes numbers, each as soon as the one before is accepted. */
export default defineModule({
  name: "publisher",
  description: "Publishes as fast as it may",
  config: z.object({ topic: z.string() }),
  topics: ({ topic }) => ({ publish: [topic] }),
  init(context, { topic }) {
    context.run(async () => {
      for (let number = 0; !context.signal.aborted; number++) {
        await context.publish(topic, { number });
      }
    });
  },
});
