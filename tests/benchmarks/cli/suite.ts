import type { Suite } from "../harness.ts";
import { swap } from "./swap.ts";

/** The command `caryatid`. */
export const cli: Suite = {
  name: "cli",
  about: "the command caryatid",
  cases: [
    swap,
  ],
};
