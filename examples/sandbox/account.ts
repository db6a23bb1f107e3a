import { type Context, defineModule } from "@caryatid/sdk";
import { z } from "zod";

interface Price {
  readonly number: number;
}

/**
 * Measures the effect of untrusted modules on others, logs it, and ends the
 * process.
 */
export default defineModule({
  name: "account",
  description: "Counts prices, averages and news",
  config: z.object({ seconds: z.number().positive().default(6) }),
  init(context, { seconds }) {
    const prices = new Prices();
    const averages = counted(context, "average.*");
    const news = counted(context, "news.*");
    const deliveries = context.subscribe("price.*");
    context.run(async () => {
      for await (const { message } of deliveries) {
        prices.add(message as Price);
      }
    });
    context.run(async () => {
      // A stop ends the sleep early, and the account follows all the same.
      const time = seconds * 1_000;
      await context.clock.sleep(time, context.signal).catch(() => {});
      const { log } = context;
      const { received, missing, longest } = prices;
      log.info("{received} prices, {missing} missing", { received, missing });
      log.info("the longest wait for a price was {longest} ms", { longest });
      log.info("{count} averages of prices", averages);
      log.info("{count} messages of news", news);
      if (!context.signal.aborted) Deno.kill(Deno.pid, "SIGTERM");
    });
  },
});

class Prices {
  received = 0;
  missing = 0;
  longest = 0;
  #next = 0;
  #last = performance.now();

  add({ number }: Price): void {
    const now = performance.now();
    this.received++;
    this.missing += number - this.#next;
    this.longest = Math.max(this.longest, Math.round(now - this.#last));
    this.#next = number + 1;
    this.#last = now;
  }
}

function counted(context: Context, pattern: string): { count: number } {
  const counter = { count: 0 };
  const subscription = context.subscribe(pattern);
  context.run(async () => {
    for await (const _ of subscription) counter.count++;
  });
  return counter;
}
