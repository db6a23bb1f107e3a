import type { Log } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { FROM_GUEST } from "../frames.ts";
import { GuestRecords } from "./guest_records.ts";

function noted(): { log: Log; lines: unknown[][] } {
  const lines: unknown[][] = [];
  const at = (level: string) => (...said: unknown[]) =>
    void lines.push([level, ...said]);
  const [debug, info] = [at("debug"), at("info")];
  return { log: { debug, info, warn: at("warn"), error: at("error") }, lines };
}

Deno.test("D18 what a guest logs has no codes that a terminal obeys, and forges no line", () => {
  const { log, lines } = noted();
  const records = new GuestRecords(log);
  records.write([
    FROM_GUEST.log,
    "info",
    "a\x1b[2Jb\x9b1mc\rd\nERROR e",
    { deep: [{ "k\x07": "\x1b]0;title\x07" }], number: 1 },
  ], 100);
  records.line("\x1b[31mred");
  assert.deepEqual(lines, [
    ["info", "a[2Jb1mcd\n  ERROR e", {
      deep: [{ k: "]0;title" }],
      number: 1,
    }],
    ["warn", "{line}", { line: "[31mred" }],
  ]);
});

Deno.test("a guest that logs without end is written a thousand times in a second", () => {
  const { log, lines } = noted();
  const records = new GuestRecords(log);
  for (let i = 0; i < 5_000; i++) records.line("again");
  assert(lines.length >= 1_000 && lines.length <= 2_001, `${lines.length}`);
});

for (
  const items of [
    [FROM_GUEST.log, "fatal", "a", {}],
    [FROM_GUEST.log, "info", 5, {}],
    [FROM_GUEST.log, "info", "a", null],
    [FROM_GUEST.log],
  ]
) {
  Deno.test(`the record ${JSON.stringify(items)} is a PROTOCOL_VIOLATION`, () => {
    const records = new GuestRecords(noted().log);
    assert.throws(() => records.write(items, 100), {
      code: "PROTOCOL_VIOLATION",
    });
  });
}
