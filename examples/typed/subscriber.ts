import { defineModule, defineTopic, type Log } from "@caryatid/sdk";
import { z } from "zod";
import { messages } from "./messages.ts";

/** Logs each kind of message differently. */
export default defineModule({
  name: "subscriber",
  description: "Logs messages by their kind, and the time",
  config: z.object({
    topic: z.string().default("sample.#"),
    clock: z.string().default("clock.tick"),
  }),
  topics: ({ topic, clock }) => ({ subscribe: [topic, clock] }),
  init(context, config) {
    for (const topic of [config.topic, config.clock]) {
      context.consume(
        defineTopic(topic, messages),
        ({ message }) => logMessage(context.log, message),
      );
    }
  },
});

/** Logs a message. TypeScript knows the fields of each kind from the schema. */
function logMessage(log: Log, message: z.output<typeof messages>): void {
  if ("Test" in message) {
    log.info("Received test: {data} {number}", message.Test);
  } else if ("String" in message) {
    log.info("Received string {text}", { text: message.String });
  } else if ("Json" in message) {
    log.info("Received JSON {json}", { json: message.Json });
  } else if ("Clock" in message) {
    const time = new Date(message.Clock.time).toLocaleTimeString("en-GB");
    log.info("The time sponsored by Caryatid is {time}", { time });
  } else {
    log.error("Received empty message!");
  }
}
