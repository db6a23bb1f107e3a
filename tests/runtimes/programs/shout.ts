/** A module that a configuration imports without the right to publish. */
import { type CaryatidError, defineModule } from "@caryatid/sdk";

export default defineModule({
  name: "shout",
  init(context) {
    const received = context.subscribe("greet.*");
    context.run(async () => {
      for await (const { topic } of received) {
        context.log.info("{topic}!", { topic: topic.toUpperCase() });
        const error = await context.publish("elsewhere", topic)
          .catch((error: CaryatidError) => error);
        context.log.info("publishing elsewhere: {code}", {
          code: error?.code,
        });
      }
    });
  },
});
