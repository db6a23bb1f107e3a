/** A host with one guest, in a worker unless told otherwise, which says how its start went, and ends. */
import type { CaryatidError } from "@caryatid/sdk";
import { guestProcess } from "./guest_process.ts";

const isolation = Deno.args[0] === "process" ? "process" : "worker";
const host = await guestProcess(isolation, "echo");
const said = await host.start().then(
  () => "started",
  ({ code, message }: CaryatidError) => `${code} ${message}`,
);
await host.stop().catch(() => {}); // it was told
// deno-lint-ignore no-console -- whoever started it waits for that
console.log(said);
