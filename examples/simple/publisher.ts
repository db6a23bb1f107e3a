import { defineModule } from "@caryatid/sdk";

/**
 * Publishes a greeting after all modules have subscribed: once, or every
 * `period` seconds.
 */
export default defineModule({
  name: "publisher",
  description: "Says hello",
  config: { topic: "sample.test", period: 0 },
  topics: ({ topic }) => ({ publish: [topic] }),
  init(context, { topic, period }) {
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
