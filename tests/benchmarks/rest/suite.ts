import type { Suite } from "../harness.ts";
import { live } from "./live.ts";

/** HTTP in front of the bus. */
export const rest: Suite = {
  name: "rest",
  about: "HTTP in front of the bus, beside the same by hand on Deno.serve",
  cases: [...live],
};
