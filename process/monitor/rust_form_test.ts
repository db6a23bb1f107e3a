import assert from "node:assert/strict";
import { BUSY } from "../testing/busy_snapshot.ts";
import { rustText } from "./rust_form.ts";

/** The fields of Rust's file in its order; what Rust doesn't know stands behind them. */
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
        "in_hand": 1,
        "in_hand_for": "1.5s",
        "held_up": 1,
        "dropped": 4,
        "rate": 0.3
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

Deno.test("the file has Rust's fields as Rust writes them, and ours beside", () => {
  assert.equal(rustText(BUSY), TEXT);
});

Deno.test("the file of a process without modules is an empty table", () => {
  assert.equal(rustText({ time: 0, modules: {} }), "{}\n");
});
