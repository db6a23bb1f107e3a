import { defineModule } from "@caryatid/sdk";

/** Publishes a greeting as soon as everybody listens: once, or every `period` seconds. */
export default defineModule({
  name: "publisher",
  description: "Says hello",
  topics: (config) => ({ publish: [topicOf(config)] }),
  init(context, config) {
    const topic = topicOf(config);
    const period = Number(config.period ?? 0);
    context.run(async () => {
      for (;;) {
        const message = { message: "Hello, world!" };
        context.log.info("Sending {message}", { message });
        await context.publish(topic, message);
        if (period === 0) return;
        await context.clock.sleep(period * 1000);
      }
    });
  },
});

function topicOf({ topic = "sample.test" }: Record<string, unknown>): string {
  return String(topic);
}
