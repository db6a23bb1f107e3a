/** A module that a configuration imports. */
import { defineModule } from "@caryatid/sdk";

export default defineModule({
  name: "shout",
  init(context) {
    const heard = context.subscribe("greet.*");
    context.run(async () => {
      for await (const { topic } of heard) {
        context.log.info("{topic}!", { topic: topic.toUpperCase() });
      }
    });
  },
});
