import { defineModule, defineTopic } from "@caryatid/sdk";
import { z } from "zod";
import { answer, question } from "./messages.ts";

/** Answers every request on its topic. */
export default defineModule({
  name: "responder",
  description: "Answers requests",
  config: z.object({ topic: z.string().default("test.request") }),
  topics: ({ topic }) => ({ handle: [topic] }),
  init(context, config) {
    const topic = defineTopic(config.topic, question, { answer });
    context.handle(topic, ({ message }) => {
      context.log.info("Handler received {message}", { message });
      const response = { ...message, response: "Loud and clear" };
      context.log.info("Responding with {response}", { response });
      return response;
    });
  },
});
