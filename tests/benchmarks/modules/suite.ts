import type { Suite } from "../harness.ts";
import { monitor } from "./monitor.ts";
import { spy } from "./spy.ts";

/** The standard modules, and what watches modules. */
export const modules: Suite = {
  name: "modules",
  about: "the standard modules, and the monitor",
  cases: [
    ...spy,
    monitor,
  ],
};
