import { defineModule } from "@caryatid/sdk";
import { z } from "zod";

/** Publishes a number as soon as the previous one is accepted. */
export default defineModule({
  name: "publisher",
  description: "Publishes as fast as possible",
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
