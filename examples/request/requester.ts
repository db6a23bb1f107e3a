import { CaryatidError, defineModule, defineTopic } from "@caryatid/sdk";
import { z } from "zod";
import { answer, question } from "./messages.ts";

/** Asks on its topic, and then where nobody answers: once, or every `period` seconds. */
export default defineModule({
  name: "requester",
  description: "Asks twice: once it gets an answer, once an error",
  config: z.object({
    topic: z.string().default("test.request"),
    period: z.number().positive().optional(),
  }),
  topics: ({ topic }) => ({ request: [topic, "bad.topic"] }),
  init(context, config) {
    async function ask(topic: string): Promise<void> {
      const message = { message: "Hello, world!" };
      context.log.info("Sending {message} on {topic}", { message, topic });
      try {
        const response = await context.request(
          defineTopic(topic, question, { answer }),
          message,
        );
        context.log.info("Got response: {response}", { response });
      } catch (error) {
        if (!(error instanceof CaryatidError)) throw error;
        const { code, message: text } = error;
        context.log.error("Got error: {code}: {text}", { code, text });
      }
    }
    context.run(async () => {
      for (;;) {
        await ask(config.topic);
        await ask("bad.topic");
        if (config.period === undefined) return;
        await context.clock.sleep(config.period * 1000);
      }
    });
  },
});
