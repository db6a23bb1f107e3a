import { defineModule } from "@caryatid/sdk";

/** Subscribes to two patterns. */
export default defineModule({
  name: "subscriber",
  description: "Logs the messages on two patterns",
  config: { topic1: "sample1.#", topic2: "sample2.#" },
  topics: ({ topic1, topic2 }) => ({ subscribe: [topic1, topic2] }),
  init(context, { topic1, topic2 }) {
    for (const pattern of [topic1, topic2]) {
      context.consume(pattern, ({ topic, message }) => {
        context.log.info("Message from {pattern}: ({topic}, {message})", {
          pattern,
          topic,
          message,
        });
      });
    }
  },
});
