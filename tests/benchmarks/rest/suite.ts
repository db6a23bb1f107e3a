import type { Suite } from "../harness.ts";
import { live } from "./live.ts";
import { route } from "./route.ts";

/** HTTP in front of the bus. */
export const rest: Suite = {
  name: "rest",
  about: "HTTP in front of the bus, beside the same by hand on Deno.serve",
  cases: [...route, ...live],
  note: "the client is wrk where it is installed, else autocannon",
};
