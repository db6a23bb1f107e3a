/**
 * Host with a guest process that has a connection to a port. It prints when the
 * guest has started, and keeps running.
 */
import { ALL_TOPICS, guestProcess } from "./guest_process.ts";

const port = Number(Deno.args[0]);
const process = await guestProcess("process", "connects", {
  port,
  permissions: { ...ALL_TOPICS, net: [`127.0.0.1:${port}`] },
});
await process.start();
// deno-lint-ignore no-console -- its parent waits for the line
console.log("started");
await new Promise(() => setInterval(() => {}, 1_000));
