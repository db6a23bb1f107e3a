import { defineModule } from "@caryatid/sdk";

/** Publishes a greeting as soon as everybody listens: once, or every `period` seconds. */
export default defineModule({
  name: "publisher",
  description: "Says hello",
  init(context, config) {
    const topic = String(config.topic ?? "sample.test");
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
