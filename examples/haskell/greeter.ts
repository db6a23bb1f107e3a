import { defineModule, defineTopic } from "@caryatid/sdk";
import { isVariant } from "@caryatid/sdk/rust";
import { z } from "zod";
import { messages } from "./messages.ts";

/** Publishes a test at intervals and logs the answers of Haskell. */
export default defineModule({
  name: "greeter",
  description: "Greets Haskell and logs its answers",
  config: z.object({
    topic: z.string().default("sample.test"),
    answers: z.string().default("sample.haskell"),
    period: z.number().positive().default(1),
  }),
  topics: ({ topic, answers }) => ({ publish: [topic], subscribe: [answers] }),
  init(context, config) {
    const answers = context.subscribe(defineTopic(config.answers, messages));
    context.run(async () => {
      for await (const { message } of answers) {
        if (isVariant(message, "Test")) {
          context.log.info("Received test: {data} {number}", message.Test);
        }
      }
    });
    const topic = defineTopic(config.topic, messages);
    context.run(async () => {
      for (;;) {
        const message = { Test: { data: "Hello, world!", number: 42 } };
        context.log.info("Sending {message}", { message });
        await context.publish(topic, message);
        await context.clock.sleep(config.period * 1000);
      }
    });
  },
});
