import type { Suite } from "../harness.ts";
import { check, coldCheck } from "./check.ts";
import { run } from "./run.ts";
import { swap } from "./swap.ts";

/** The command `caryatid`. */
export const cli: Suite = {
  name: "cli",
  about: "the command caryatid",
  minutes: 1,
  cases: [
    run,
    check,
    coldCheck,
    swap,
  ],
  note: "Deno's caches are warm: a run before those that count fills them",
};
