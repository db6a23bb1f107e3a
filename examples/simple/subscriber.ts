import { defineModule } from "@caryatid/sdk";

/** Logs what it hears. */
export default defineModule({
  name: "subscriber",
  description: "Logs what it hears",
  topics: (config) => ({ subscribe: [topicOf(config)] }),
  init(context, config) {
    const heard = context.subscribe(topicOf(config));
    context.run(async () => {
      for await (const { message } of heard) {
        context.log.info("Received: {message}", { message });
      }
    });
  },
});

function topicOf({ topic = "sample.#" }: Record<string, unknown>): string {
  return String(topic);
}
