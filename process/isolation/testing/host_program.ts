/** A host with a guest process, which says when that is there, and goes on. */
import { guestProcess } from "./guest_process.ts";

const process = await guestProcess("process", "echo");
await process.start();
// deno-lint-ignore no-console -- whoever started it waits for that
console.log("started");
await new Promise(() => setInterval(() => {}, 1_000));
