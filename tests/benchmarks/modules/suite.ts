import type { Suite } from "../harness.ts";
import { monitor } from "./monitor.ts";
import { recording } from "./recording.ts";
import { spy } from "./spy.ts";

/** The standard modules at work, and what watches modules. */
export const modules: Suite = {
  name: "modules",
  about: "the standard modules at work, and the monitor",
  cases: [
    ...recording,
    ...spy,
    monitor,
  ],
  note: "files are written beside the benchmarks, and removed",
};
