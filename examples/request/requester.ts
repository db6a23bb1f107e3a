import { CaryatidError, defineModule, defineTopic } from "@caryatid/sdk";
import { z } from "zod";
import { answer, question } from "./messages.ts";

/**
 * Requests on its topic and on one without a handler: once, or every `period`
 * seconds.
 */
export default defineModule({
  name: "requester",
  description: "Requests twice: for an answer and for an error",
  config: z.object({
    topic: z.string().default("test.request"),
    period: z.number().positive().optional(),
  }),
  topics: ({ topic }) => ({ request: [topic, "bad.topic"] }),
  init(context, config) {
    const answered = defineTopic(config.topic, question, { answer });
    const unhandled = defineTopic("bad.topic", question, { answer });
    async function ask(topic: typeof answered): Promise<void> {
      const message = { message: "Hello, world!" };
      context.log.info("Sending {message} on {topic}", {
        message,
        topic: topic.name,
      });
      try {
        const response = await context.request(topic, message);
        context.log.info("Got response: {response}", { response });
      } catch (error) {
        if (!(error instanceof CaryatidError)) throw error;
        const { code, message: text } = error;
        context.log.error("Got error: {code}: {text}", { code, text });
      }
    }
    context.run(async () => {
      for (;;) {
        await ask(answered);
        await ask(unhandled);
        if (config.period === undefined) return;
        await context.clock.sleep(config.period * 1000);
      }
    });
  },
});
