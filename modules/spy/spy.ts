import { defineModule, type Module } from "@caryatid/sdk";
import { z } from "zod";
import { patternKey } from "../config_topics.ts";

/**
 * Logs topic and message, at level `info`, of whatever passes on `topic` (`#`).
 *
 * Never holds up a publisher: when it can't follow, it leaves out the oldest messages.
 * Mirrors caryatid_module_spy, which has no default topic and doesn't tell the topic of a message.
 */
export default defineModule({
  name: "spy",
  description: "Logs messages as they pass",
  config: z.object({ topic: patternKey.default("#") }),
  init(context, config) {
    const heard = context.subscribe(config.topic, { overflow: "drop-oldest" });
    context.run(async () => {
      for await (const { topic, message } of heard) {
        context.log.info("heard {topic}: {message}", { topic, message });
      }
    });
  },
}) as Module;
