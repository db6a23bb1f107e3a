import { defineModule } from "@caryatid/sdk";
import { z } from "zod";

/** Well-behaved module: answers, counts and logs. */
export default defineModule({
  name: "echo",
  config: z.object({ word: z.string().default("hello") }),
  init(context, config) {
    context.handle("echo.ask", ({ message }) => [config.word, message]);
    const received = context.subscribe("echo.in");
    context.run(async () => {
      for await (const { message } of received) {
        await context.publish("echo.out", message);
      }
      await context.clock.sleep(0).catch(() => {});
    });
    context.log.info("ready as {id}", { id: context.id });
  },
});
