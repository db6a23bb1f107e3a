import { defineModule } from "@caryatid/sdk";

/** Publishes one greeting as soon as everybody listens. */
export default defineModule({
  name: "publisher",
  description: "Says hello once",
  init(context, config) {
    const topic = String(config.topic ?? "sample.test");
    context.run(async () => {
      const message = { message: "Hello, world!" };
      context.log.info("Sending {message}", { message });
      await context.publish(topic, message);
    });
  },
});
