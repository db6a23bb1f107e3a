import assert from "node:assert/strict";
import { BUSY } from "../testing/busy_snapshot.ts";
import { rustDuration, rustText } from "./rust_form.ts";

/**
 * Text with the fields of Rust's file in Rust's order, followed by the fields
 * that Rust does not know.
 */
const TEXT = `{
  "publisher": {
    "reads": {},
    "writes": {
      "sample.test": {
        "written": 3,
        "pending_for": "902.1ms",
        "waiting": 1,
        "waits_for": [
          {
            "module": "slow",
            "pattern": "sample.#"
          }
        ],
        "failed": 1,
        "rate": 1.3
      },
      "__proto__": {
        "written": 1,
        "rate": 2
      }
    },
    "requests": {
      "ask": {
        "count": 3,
        "pending": 1,
        "pending_for": "12.3µs",
        "failed": {
          "NO_HANDLER": 2
        }
      }
    }
  },
  "slow": {
    "reads": {
      "sample.#": {
        "read": 1,
        "unread": 2,
        "in_flight": 1,
        "in_flight_for": "1.5s",
        "waiting_publishers": 1,
        "dropped": 4,
        "rate": 0.3,
        "groups": [
          "workers"
        ]
      },
      "quiet\\n*": {
        "read": 0,
        "pending_for": "60s"
      }
    },
    "writes": {},
    "handlings": {
      "ask": {
        "handled": 5,
        "failed": 1,
        "running": 2
      }
    }
  }
}
`;

Deno.test("the file has Rust's fields as Rust writes them, and our additional fields", () => {
  assert.equal(rustText(BUSY), TEXT);
});

Deno.test("the file of a process without modules is an empty table", () => {
  assert.equal(rustText({ time: 0, modules: {} }), "{}\n");
});

/** Durations and the output of `format!("{:?}", duration)`. */
const RUST: readonly [milliseconds: number, text: string][] = [
  [0, "0ns"],
  [0.000001, "1ns"],
  [0.000999, "999ns"],
  [0.001, "1µs"],
  [0.0123, "12.3µs"],
  [0.999999, "999.999µs"],
  [1, "1ms"],
  [1.000001, "1.000001ms"],
  [1.05, "1.05ms"],
  [902.1, "902.1ms"],
  [902.1000000003, "902.1ms"],
  [999.999999, "999.999999ms"],
  [999.9999996, "1s"],
  [1000, "1s"],
  [1000.000001, "1.000000001s"],
  [1500, "1.5s"],
  [10_020, "10.02s"],
  [59_999.9999999, "60s"],
  [3_600_000, "3600s"],
  [86_400_000.5, "86400.0005s"],
  [1e15, "1000000000000s"],
];

Deno.test("rustDuration() writes a time as Rust's Debug of Duration does", async (t) => {
  for (const [milliseconds, text] of RUST) {
    await t.step(`${milliseconds} ms is ${text}`, () => {
      assert.equal(rustDuration(milliseconds), text);
    });
  }
});
