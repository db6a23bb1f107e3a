import { defineModule } from "@caryatid/sdk";

/**
 * Publishes as fast as possible for a second, then allocates memory until it is
 * ended.
 */
export default defineModule({
  name: "news",
  description: "Brings news, and more of them",
  init(context) {
    context.run(async () => {
      const end = context.clock.now() + 1_000;
      while (context.clock.now() < end && !context.signal.aborted) {
        const some = Array.from(
          { length: 256 },
          () => context.publish("news.all", "nothing new"),
        );
        await Promise.all(some);
      }
      const hoard: Uint8Array[] = [];
      while (!context.signal.aborted) {
        hoard.push(new Uint8Array(4 * 2 ** 20).fill(1));
        // A stop rejects the sleep, and the condition ends the loop.
        await context.clock.sleep(50, context.signal).catch(() => {});
      }
    });
  },
});
