import * as logTape from "@logtape/logtape";
import assert from "node:assert/strict";
import fc from "fast-check";
import { lineFormatter } from "./log_lines.ts";

const ESC = "\x1b";
const TIME = Date.UTC(2026, 10, 24, 8, 30, 1, 5);

function record(category: string, level: logTape.LogLevel = "info") {
  return {
    category: ["caryatid", category],
    level,
    message: ["received ", { a: 1 }, ""],
    rawMessage: "",
    timestamp: TIME,
    properties: {},
  };
}

Deno.test("a line for a file has the time in UTC and no colors", () => {
  const format = lineFormatter(false);
  assert.equal(
    format(record("spy", "warning")),
    "2026-11-24T08:30:01.005Z WARN  caryatid.spy: received { a: 1 }",
  );
});

Deno.test("a line for a terminal has the local time and a color for each module", () => {
  const format = lineFormatter(true);
  const local = new Date(TIME).toLocaleTimeString("en-GB");
  const plain = (text: string) =>
    text.replaceAll(new RegExp(`${ESC}\\[[\\d;]*m`, "g"), "");
  assert.equal(
    plain(format(record("spy"))),
    `${local}.005 INFO  caryatid.spy: received { a: 1 }`,
  );
  const colorOf = (category: string) =>
    new RegExp(`${ESC}\\[38;5;(\\d+)mcaryatid`).exec(
      format(record(category)),
    )![1];
  assert.equal(colorOf("spy"), colorOf("spy"));
  assert.notEqual(colorOf("spy"), colorOf("clock"));
  assert(
    format(record("spy", "error")).includes(`${ESC}[31mERROR${ESC}[0m`),
  );
});

Deno.test("a line with a trace ends with its ids", () => {
  const properties = { trace_id: "t1", span_id: "s1" };
  const line = lineFormatter(false)({ ...record("spy"), properties });
  assert.match(line, /\{ a: 1 \} trace=t1 span=s1$/);
});

Deno.test("a line is the one that LogTape formats", () => {
  const options: logTape.TextFormatterOptions = {
    level: (level) => level === "warning" ? "WARN" : level.toUpperCase(),
    category: ".",
    value: "bare",
    timestamp: "rfc3339",
    format: ({ timestamp, level, category, message }) =>
      `${timestamp} ${level.padEnd(5)} ${category}: ${message}`,
  };
  const expected = logTape.getTextFormatter(options);
  const format = lineFormatter(false);
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom("\n", "\r", "\t", ESC, `${ESC}[1m`, `${ESC}[0m`, "\x9b"),
      fc.string({ minLength: 1, maxLength: 1 }),
    ),
  });
  const value = fc.oneof(text, fc.anything());
  fc.assert(fc.property(
    fc.constantFrom<logTape.LogLevel>("debug", "info", "warning", "error"),
    text,
    fc.array(fc.tuple(value, text)),
    (level, first, rest) => {
      const message = [first, ...rest.flat()];
      const given = { ...record("spy", level), message };
      assert.equal(`${format(given)}\n`, expected(given));
    },
  ));
});
