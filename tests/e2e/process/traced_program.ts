/**
 * Process that traces each of 5,000 messages, and then stops by itself. Prints
 * how its memory has grown since the first half, in MiB.
 *
 * @module
 */
import { Process } from "@caryatid/process";

await using process = await Process.create({
  config: {
    tracing: { sample: 1, topic: "spans" },
    monitor: { opentelemetry: true },
  },
});
const deliveries = process.context.subscribe("work");
await process.start();
process.context.run(async () => {
  for await (const { message } of deliveries) {
    await process.context.publish("done", message);
  }
});
const half = { rss: 0 };
for (let n = 0; n < 5_000; n++) {
  await process.context.publish("work", n);
  if (n === 2_500) half.rss = Deno.memoryUsage().rss;
}
const grown = (Deno.memoryUsage().rss - half.rss) / 2 ** 20;
// deno-lint-ignore no-console -- it is the program's output
console.log(`grown by ${grown.toFixed(1)} MiB`);
