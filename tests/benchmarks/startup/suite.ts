import type { Suite } from "../harness.ts";
import { binary } from "./binary.ts";
import { download } from "./download.ts";
import { firstMessage } from "./first_message.ts";
import { memory } from "./memory.ts";

/** From the command to the first message. */
export const startup: Suite = {
  name: "startup",
  about: "start, resident memory and size, beside an empty Deno program",
  cases: [...firstMessage, ...binary, ...memory, download],
};
