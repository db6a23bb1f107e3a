import { defineModule } from "@caryatid/sdk";
import { z } from "zod";
import type { Message } from "./messages.ts";

/** Publishes as fast as possible, then publishes the end. */
export default defineModule({
  name: "publisher",
  description: "Publishes as fast as possible",
  config: z.object({
    topic: z.string().default("test"),
    count: z.int().positive().default(1_000_000),
    threads: z.int().positive().default(1),
    length: z.int().nonnegative().default(100),
  }),
  topics: ({ topic }) => ({ publish: [topic] }),
  init(context, { topic, count, threads, length }) {
    const data = "*".repeat(length);
    async function publish(): Promise<void> {
      for (let sent = 0; sent < count && !context.signal.aborted; sent++) {
        await context.publish(topic, { Data: data } satisfies Message);
      }
    }
    context.run(async () => {
      context.log.info(
        "Publishing {count} messages with {length} bytes of data, {threads} at a time",
        { count, length, threads },
      );
      await Promise.all(Array.from({ length: threads }, publish));
      if (context.signal.aborted) return;
      await context.publish(topic, { Stop: [] } satisfies Message);
    });
  },
});
