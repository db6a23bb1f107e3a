import { defineModule, defineTopic } from "@caryatid/sdk";
import { z } from "zod";
import { messages } from "./messages.ts";

/** Publishes one message of each kind: once, or every `period` seconds. */
export default defineModule({
  name: "publisher",
  description: "Publishes one message of each kind",
  config: z.object({
    topic: z.string().default("sample"),
    period: z.number().positive().optional(),
  }),
  topics: ({ topic }) => ({
    publish: ["test", "string", "json"].map((word) => `${topic}.${word}`),
  }),
  init(context, config) {
    const topics = defineTopic(`${config.topic}.*`, messages);
    async function send(word: string, message: z.input<typeof messages>) {
      context.log.info("Sending {message}", { message });
      await context.publish(topics.at(word), message);
    }
    context.run(async () => {
      for (;;) {
        await send("test", { Test: { data: "Hello, world!", number: 42 } });
        await send("string", { String: "Bye!" });
        await send("json", { Json: { message: "Hello, world!" } });
        if (config.period === undefined) return;
        await context.clock.sleep(config.period * 1000);
      }
    });
  },
});
