/**
 * Host with a worker in an endless loop and a worker that answers. It prints
 * when the loop was noticed, and the answer.
 */
import { Process } from "@caryatid/process";
import { ALL_TOPICS } from "./guest_process.ts";

const guest = (name: string) => ({
  import: `./guests/${name}.ts`,
  isolation: "worker",
  permissions: ALL_TOPICS,
  "on-failure": "ignore",
});
const host = await Process.create({
  config: {
    log: { level: "error" },
    module: { dies: guest("dies"), echo: guest("echo") },
  },
  base: import.meta.url,
});
await host.start();
const { context } = host;
// Nothing else fails when the guest is ended.
const asked = context.request("slow", 1, { timeout: 20_000 }).catch(() => {});
const began = performance.now();
await context.publish("numbers", 300);
await asked;
const noticed = performance.now() - began;
const answered = await context.request("echo.ask", 1);
// deno-lint-ignore no-console -- its parent waits for the line
console.log(JSON.stringify([noticed, answered]));
Deno.exit(); // the loop burns on
