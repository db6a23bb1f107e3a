import { byClock, type Suite } from "../harness.ts";
import { bare } from "./bare.ts";
import { consume } from "./consume.ts";
import { declared } from "./declared.ts";
import { fanOut } from "./fan_out.ts";
import { flatness } from "./flatness.ts";
import { latency } from "./latency.ts";
import { memory } from "./memory.ts";
import { peers } from "./peers.ts";
import { publish } from "./publish.ts";
import { requests } from "./request.ts";
import { scale } from "./scale.ts";
import { turn } from "./turn.ts";
import { typed } from "./typed.ts";
import { wildcards } from "./wildcards.ts";

/** A module's context, routing and the in-memory bus. */
export const core: Suite = {
  name: "core",
  about: "context, routing and the in-memory bus",
  minutes: 4,
  cases: [
    ...byClock("thread", [
      ...publish,
      ...consume,
      declared,
      typed,
      ...requests,
      ...wildcards,
      ...bare,
      ...peers,
      fanOut,
      ...scale,
    ]),
    flatness,
    ...memory,
    ...latency,
    turn,
  ],
  note: "Rust Caryatid's own performance example moves 1.75 M messages/s " +
    "in memory on this class of machine (not measured here)",
};
