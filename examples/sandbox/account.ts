import { type Context, defineModule } from "@caryatid/sdk";

/** How long it watches, in milliseconds. */
const TIME = 6_000;

interface Price {
  readonly number: number;
}

/** Watches whether strangers disturb anybody, gives an account of it, and ends the process. */
export default defineModule({
  name: "account",
  description: "Tells what became of prices, averages and news",
  init(context) {
    const prices = new Prices();
    const averages = counted(context, "average.*");
    const news = counted(context, "news.*");
    const heardPrices = context.subscribe("price.*");
    context.run(async () => {
      for await (const { message } of heardPrices) {
        prices.hear(message as Price);
      }
    });
    context.run(async () => {
      await context.clock.sleep(TIME, context.signal).catch(() => {});
      const { log } = context;
      const { heard, missing, longest } = prices;
      log.info("{heard} prices, {missing} missing", { heard, missing });
      log.info("the longest wait for one was {longest} ms", { longest });
      log.info("{count} averages of them", averages);
      log.info("{count} news", news);
      if (!context.signal.aborted) Deno.kill(Deno.pid, "SIGTERM");
    });
  },
});

class Prices {
  heard = 0;
  missing = 0;
  longest = 0;
  #next = 0;
  #last = performance.now();

  hear({ number }: Price): void {
    const now = performance.now();
    this.heard++;
    this.missing += number - this.#next;
    this.longest = Math.max(this.longest, Math.round(now - this.#last));
    this.#next = number + 1;
    this.#last = now;
  }
}

function counted(context: Context, pattern: string): { count: number } {
  const counter = { count: 0 };
  const heard = context.subscribe(pattern);
  context.run(async () => {
    for await (const _ of heard) counter.count++;
  });
  return counter;
}
