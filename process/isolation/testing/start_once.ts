/** Host with one guest, which prints the result of its start, and ends. */
import type { CaryatidError } from "@caryatid/sdk";
import { guestProcess } from "./guest_process.ts";

const isolation = Deno.args[0] === "process" ? "process" : "worker";
const host = await guestProcess(isolation, "echo");
const said = await host.start().then(
  () => "started",
  ({ code, message }: CaryatidError) => `${code} ${message}`,
);
await host.stop().catch(() => {}); // the result contains the reason
// deno-lint-ignore no-console -- its parent waits for the line
console.log(said);
