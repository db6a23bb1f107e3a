import { defineModule } from "@caryatid/sdk";

/**
 * Publishes and requests as fast as it can on command; answers with the rate
 * per second.
 */
export default defineModule({
  name: "subject",
  init(context) {
    context.handle(
      "publish",
      ({ message }) =>
        perSecond(message as number, async (count) => {
          const flight = 256;
          for (let sent = 0; sent < count; sent += flight) {
            const publishes: Promise<void>[] = [];
            for (let i = 0; i < flight; i++) {
              publishes.push(context.publish("out", { number: sent + i }));
            }
            await Promise.all(publishes);
          }
        }),
    );
    context.handle(
      "ask",
      ({ message }) =>
        perSecond(message as number, async (count) => {
          for (let i = 0; i < count; i++) await context.request("echo", i);
        }),
    );
  },
});

async function perSecond(
  count: number,
  work: (count: number) => Promise<void>,
): Promise<number> {
  const began = performance.now();
  await work(count);
  return count * 1000 / (performance.now() - began);
}
