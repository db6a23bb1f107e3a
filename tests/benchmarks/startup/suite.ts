import { byClock, type Suite } from "../harness.ts";
import { binary } from "./binary.ts";
import { download } from "./download.ts";
import { firstMessage } from "./first_message.ts";
import { installed } from "./installed.ts";
import { memory } from "./memory.ts";

/** Time from the command to the first message. */
export const startup: Suite = {
  name: "startup",
  about: "start, resident memory and size, compared with an empty Deno program",
  minutes: 3,
  cases: [
    ...byClock("processor", [...firstMessage, installed]),
    ...binary,
    ...memory,
    download,
  ],
};
