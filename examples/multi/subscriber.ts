import { defineModule } from "@caryatid/sdk";
import { z } from "zod";

/** Listens to two patterns at once. */
export default defineModule({
  name: "subscriber",
  description: "Logs what it hears on two patterns",
  config: z.object({
    topic1: z.string().default("sample1.#"),
    topic2: z.string().default("sample2.#"),
  }),
  topics: ({ topic1, topic2 }) => ({ subscribe: [topic1, topic2] }),
  init(context, { topic1, topic2 }) {
    for (const pattern of [topic1, topic2]) {
      const heard = context.subscribe(pattern);
      context.run(async () => {
        for await (const { topic, message } of heard) {
          context.log.info("Message from {pattern}: ({topic}, {message})", {
            pattern,
            topic,
            message,
          });
        }
      });
    }
  },
});
