import type { Log } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { FROM_GUEST } from "../wire/frames.ts";
import { GuestLogWriter } from "./guest_log_writer.ts";

function noted(): { log: Log; lines: unknown[][] } {
  const lines: unknown[][] = [];
  const at = (level: string) => (...said: unknown[]) =>
    void lines.push([level, ...said]);
  const [debug, info] = [at("debug"), at("info")];
  return { log: { debug, info, warn: at("warn"), error: at("error") }, lines };
}

Deno.test("D18 a log record of a guest has no character that controls a terminal or forges a line", () => {
  const { log, lines } = noted();
  const records = new GuestLogWriter(log);
  records.write([
    FROM_GUEST.log,
    "info",
    "a\x1b[2Jb\x9b1mc\rd\nERROR e\u2028f\u202eg\u200bh",
    {
      deep: [{ "k\x07": "\x1b]0;title\x07" }],
      number: 1,
      map: new Map([["k\n", new Set(["v\u2029"])]]),
    },
  ], 100);
  records.line("\x1b[31mred");
  assert.deepEqual(lines, [
    [
      "info",
      "a\\u{1b}[2Jb\\u{9b}1mc\\rd\\nERROR e\\u{2028}f\\u{202e}g\\u{200b}h",
      {
        deep: [{ "k\\u{7}": "\\u{1b}]0;title\\u{7}" }],
        number: 1,
        map: new Map([["k\\n", new Set(["v\\u{2029}"])]]),
      },
    ],
    ["warn", "{line}", { line: "\\u{1b}[31mred" }],
  ]);
});

Deno.test("a guest that logs without end writes 1,000 records a second, and the rest is counted", () => {
  const { log, lines } = noted();
  const records = new GuestLogWriter(log);
  for (let i = 0; i < 5_000; i++) records.line("again");
  records.close();
  const [level, text, properties] = lines.at(-1)!;
  assert.deepEqual([level, text], [
    "warn",
    "suppressed {count} log records of the last second",
  ]);
  const { count } = properties as { count: number };
  assert.equal(lines.length - 1 + count, 5_000);
  assert(lines.length <= 2_001, `${lines.length}`);
});

Deno.test("a guest that logs 50,000 lines in a second exceeds its budget", () => {
  const records = new GuestLogWriter(noted().log);
  let exceeded: unknown;
  records.onExceeded = (error) => exceeded = error;
  for (let i = 0; i < 200_000 && !exceeded; i++) records.line("again");
  records.close();
  assert.match(`${exceeded}`, /budget of 50000 log lines a second/);
});
