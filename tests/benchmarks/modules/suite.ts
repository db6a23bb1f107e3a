import type { Suite } from "../harness.ts";
import { recording } from "./recording.ts";

/** The standard modules at work. */
export const modules: Suite = {
  name: "modules",
  about: "the standard modules at work",
  cases: [...recording],
  note: "files are written beside the benchmarks, and removed",
};
