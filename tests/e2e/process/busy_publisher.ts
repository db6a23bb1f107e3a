/**
 * Publishes without a pause, and prints the time of each SIGINT that it
 * receives.
 */
// deno-lint-ignore-file no-console -- the test reads it
import { Process } from "@caryatid/process";

const process = await Process.create({ config: { log: { level: "warn" } } });
await process.start();
Deno.addSignalListener("SIGINT", () => console.log(`received ${Date.now()}`));
console.log("begun");
for (;;) await process.context.publish("a.b", 1);
