import assert from "node:assert/strict";
import type { RecordedMessage } from "../entry.ts";
import { reportDiff } from "./mod.ts";

const counts = { equal: 0, missing: 0, added: 0, changed: 0, reordered: 0 };

function message(topic: string | undefined, value: unknown): RecordedMessage {
  const about = { time: undefined, id: undefined, headers: {} };
  return { sequence: 7, topic, message: value, ...about };
}

Deno.test("reportDiff formats values that no recorder writes and truncates long ones", () => {
  const lines = reportDiff({
    same: false,
    ...counts,
    missing: 1,
    added: 1,
    differences: [
      { kind: "missing", a: message("a", [undefined]) },
      { kind: "added", b: message(undefined, "x".repeat(200)) },
    ],
  });
  assert.deepEqual([...lines], [
    "- missing a #7: [ undefined ]",
    `+ added #7: "${"x".repeat(99)}…`,
    "0 the same, 1 missing, 1 added",
  ]);
});
