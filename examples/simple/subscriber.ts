import { defineModule } from "@caryatid/sdk";

/** Logs the messages on its topic. */
export default defineModule({
  name: "subscriber",
  description: "Logs messages",
  config: { topic: "sample.#" },
  topics: ({ topic }) => ({ subscribe: [topic] }),
  init(context, { topic }) {
    context.consume(topic, ({ message }) => {
      context.log.info("Received: {message}", { message });
    });
  },
});
