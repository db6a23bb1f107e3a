/** A host with a guest process that holds a connection to a port, which says when that is there, and goes on. */
import { ALL_TOPICS, guestProcess } from "./guest_process.ts";

const port = Number(Deno.args[0]);
const process = await guestProcess("process", "connects", {
  port,
  permissions: { ...ALL_TOPICS, net: [`127.0.0.1:${port}`] },
});
await process.start();
// deno-lint-ignore no-console -- whoever started it waits for that
console.log("started");
await new Promise(() => setInterval(() => {}, 1_000));
