import type { Suite } from "../harness.ts";
import { requests } from "./requests.ts";
import { performance, throughput } from "./throughput.ts";

/** Compared with Rust Caryatid: its crates, built for release, in one run. */
export const interop: Suite = {
  name: "interop",
  about: "compared with Rust Caryatid (deno task test:interop builds it)",
  minutes: 1,
  cases: [...throughput, ...requests, ...performance],
  note: "Rust's side is tests/interop/rust: caryatid_process 0.14, " +
    "built for release, all cores; ours runs on one thread",
};
