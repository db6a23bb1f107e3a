import { defineModule } from "@caryatid/sdk";

const ITEMS = ["tea", "coffee", "cocoa", "mate"];
/** Maximum number of orders at the same time. */
const MOST = 6;

/** Orders something several times a second, over HTTP. */
export default defineModule({
  name: "customers",
  description: "Orders tea, coffee, cocoa and mate over HTTP",
  config: { url: "http://127.0.0.1:4350/orders", every: 0.2 },
  permissions: ({ url }) => ({ net: [new URL(url).host] }),
  topics: {},
  init(context, { url, every }) {
    let waiting = 0;
    const order = async (item: string) => {
      waiting++;
      try {
        const response = await fetch(url, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({
            item,
            count: 1 + Math.floor(Math.random() * 3),
          }),
          signal: context.signal,
        });
        await response.body?.cancel();
      } catch {
        // the shop is not open yet, or closes
      } finally {
        waiting--;
      }
    };
    context.run(async () => {
      for (let number = 0; !context.signal.aborted; number++) {
        await context.clock.sleep(every * 1_000);
        if (waiting < MOST) order(ITEMS[number % ITEMS.length]!);
      }
    });
  },
});
