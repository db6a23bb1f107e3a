import { defineModule } from "@caryatid/sdk";

/** Publishes a greeting at each tick of a clock. */
export default defineModule({
  name: "greeter",
  description: "Says hello at each tick of a clock",
  init(context) {
    const ticks = context.subscribe("clock.tick");
    context.run(async () => {
      for await (const _ of ticks) {
        await context.publish("greeting.new", { text: "Hello, world!" });
      }
    });
  },
});
