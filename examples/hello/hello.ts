import { defineModule, type Module } from "@caryatid/sdk";
import { z } from "zod";

/** Says hello at each tick of a clock. */
export default defineModule({
  name: "hello",
  description: "Says hello at each tick of a clock",
  config: z.object({
    topic: z.string().default("hello.hello"),
    greeting: z.string().default("Hello, world!"),
  }),
  topics: ({ topic }) => ({ subscribe: ["clock.tick"], publish: [topic] }),
  init(context, config) {
    const ticks = context.subscribe("clock.tick");
    context.run(async () => {
      for await (const _ of ticks) {
        await context.publish(config.topic, { greeting: config.greeting });
      }
    });
  },
}) as Module;
