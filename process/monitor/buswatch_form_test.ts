import { decode, encode } from "@caryatid/process/codec";
import assert from "node:assert/strict";
import { BUSY } from "../testing/busy_snapshot.ts";
import { buswatchForm } from "./buswatch_form.ts";

const WANTED = {
  version: { major: 1, minor: 0 },
  timestamp_ms: 1_795_508_400_123,
  modules: {
    publisher: {
      reads: {},
      writes: {
        "sample.test": {
          count: 3,
          pending: 902_100,
          rate: 1.25,
          waiting: 1,
          failed: 1,
          waits_for: [{ module: "slow", pattern: "sample.#" }],
        },
        ["__proto__"]: { count: 1, rate: 2 },
      },
      requests: {
        ask: {
          count: 3,
          pending: 1,
          pending_ms: 0,
          failed: { NO_HANDLER: 2 },
          durations: [1, 0, 1, ...Array(11).fill(0)],
          duration_ms: 4.5,
        },
      },
    },
    slow: {
      reads: {
        "sample.#": {
          count: 1,
          backlog: 2,
          rate: 1 / 3,
          in_flight: 1,
          in_flight_ms: 1_500,
          waiting_publishers: 1,
          dropped: 4,
          redelivered: 1,
          retried: 2,
        },
        "quiet\n*": { count: 0, backlog: 0, pending: 60_000_000, rate: 0 },
      },
      writes: {},
      handlings: { ask: { handled: 5, failed: 1, running: 2 } },
    },
  },
};

Deno.test("the message has the fields that buswatch reads, with times in microseconds", () => {
  assert.equal(
    JSON.stringify(buswatchForm(BUSY)),
    JSON.stringify(WANTED),
  );
});

Deno.test("the message crosses an external bus, with whole rates as floats too", () => {
  const bytes = encode(buswatchForm(BUSY));
  assert.equal(JSON.stringify(decode(bytes)), JSON.stringify(WANTED));
  const whole = "64" + new TextEncoder().encode("rate").toHex() +
    "fb4000000000000000";
  assert(bytes.toHex().includes(whole));
});
