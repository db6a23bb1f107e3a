import type { Suite } from "../harness.ts";
import { requests } from "./requests.ts";
import { performance, throughput } from "./throughput.ts";

/** Beside Rust Caryatid: its own crates, built for release, in the same run. */
export const interop: Suite = {
  name: "interop",
  about: "beside Rust Caryatid (deno task test:interop builds it)",
  cases: [...throughput, ...requests, ...performance],
  note: "Rust's side is tests/interop/rust: caryatid_process 0.14, " +
    "built for release, all cores; ours runs on one thread",
};
