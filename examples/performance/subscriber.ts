import { defineModule, type Log } from "@caryatid/sdk";
import { z } from "zod";
import type { Message } from "./messages.ts";

/** Counts messages and logs their rate at the end. */
export default defineModule({
  name: "subscriber",
  description: "Counts messages and measures their rate",
  config: z.object({ topic: z.string().default("test") }),
  topics: ({ topic }) => ({ subscribe: [topic] }),
  init(context, config) {
    const messages = context.subscribe(config.topic);
    context.run(async () => {
      let count = 0, start = 0;
      for await (const { message } of messages) {
        if ("Data" in (message as Message)) {
          if (count++ === 0) start = performance.now();
        } else {
          // Right after the last message. Reading the clock for each message,
          // as the Rust example does, costs a third of the rate.
          report(context.log, count, (performance.now() - start) / 1000);
        }
      }
    });
  },
});

/** Logs the lines of the Rust example. */
function report(log: Log, count: number, seconds: number): void {
  const average = seconds / count * 1e6;
  log.info("Elapsed time: {time}s", { time: seconds.toFixed(2) });
  log.info("Count: {count}", { count });
  log.info("Average time: {time}us", { time: average.toFixed(2) });
  log.info("Rate: {rate}/sec", { rate: Math.round(count / seconds) });
}
