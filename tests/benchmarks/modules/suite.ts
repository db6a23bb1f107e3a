import { byClock, type Suite } from "../harness.ts";
import { monitor } from "./monitor.ts";
import { recording } from "./recording.ts";
import { spy } from "./spy.ts";

/** Standard modules, and the monitor. */
export const modules: Suite = {
  name: "modules",
  about: "the standard modules at work, and the monitor",
  minutes: 2,
  cases: [
    ...byClock("processor", recording),
    ...byClock("thread", [...spy, monitor]),
  ],
  note: "files are written next to the benchmarks and removed",
};
