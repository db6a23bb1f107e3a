import { defineModule } from "@caryatid/sdk";

/** Handles each message slowly, and cleans up. */
export default defineModule({
  name: "slow",
  init(context) {
    const received = context.subscribe("in");
    context.defer(() => context.log.info("cleaned up"));
    context.run(async () => {
      for await (const { message } of received) {
        context.log.info("begun {message}", { message });
        await new Promise((resolve) => setTimeout(resolve, 100));
        await context.publish("out", message);
      }
      // deno-lint-ignore no-console -- a guest's goes to its host's log
      console.log("loop over", context.signal.aborted);
    });
  },
});
