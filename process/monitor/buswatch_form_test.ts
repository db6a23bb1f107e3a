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
        "sample.test": { count: 3, pending: 902_100, rate: 1.25 },
        ["__proto__"]: { count: 1, rate: 2 },
      },
    },
    slow: {
      reads: {
        "sample.#": { count: 1, backlog: 2, rate: 1 / 3 },
        "quiet\n*": { count: 0, backlog: 0, pending: 60_000_000, rate: 0 },
      },
      writes: {},
    },
  },
};

Deno.test("the message has the fields that buswatch reads, with times in microseconds", () => {
  assert.equal(
    JSON.stringify(buswatchForm(BUSY)),
    JSON.stringify(WANTED),
  );
});

Deno.test("the message crosses an external bus, with rates as floats also where they are whole", () => {
  const bytes = encode(buswatchForm(BUSY));
  assert.equal(JSON.stringify(decode(bytes)), JSON.stringify(WANTED));
  const whole = "64" + new TextEncoder().encode("rate").toHex() +
    "fb4000000000000000";
  assert(bytes.toHex().includes(whole));
});
