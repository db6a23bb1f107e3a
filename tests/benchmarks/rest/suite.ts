import type { Suite } from "../harness.ts";
import { live } from "./live.ts";
import { route } from "./route.ts";

/** HTTP in front of the bus. */
export const rest: Suite = {
  name: "rest",
  about:
    "HTTP in front of the bus, compared with the same by hand on Deno.serve",
  minutes: 4,
  cases: [...route, ...live],
  note: "the client is wrk if it is installed, else autocannon",
};
