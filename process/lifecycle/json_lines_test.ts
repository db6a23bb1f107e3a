import assert from "node:assert/strict";
import { getJsonLinesFormatter, type LogRecord } from "@logtape/logtape";
import { CaryatidError } from "@caryatid/sdk";
import { jsonLineFormatter } from "./json_lines.ts";

const format = jsonLineFormatter({ getJsonLinesFormatter });

Deno.test("a JSON record shows plain values without quotes, and errors by name and text", () => {
  const error = new CaryatidError("X_Y", "the broker is gone");
  const cases: [message: unknown[], expected: string][] = [
    [["ready"], "ready"],
    [["module ", "clock", "", "", ""], "module clock"],
    [["said ", 'hello "x"', " twice"], 'said hello "x" twice'],
    [["two\nlines ", "a\nb", ""], "two\nlines a\nb"],
    [
      ["after ", 3, " ms: ", error, ""],
      "after 3 ms: CaryatidError: the broker is gone",
    ],
    [["received ", { n: [1, "x"] }, ""], 'received {"n":[1,"x"]}'],
    [["values ", true, " ", null, " ", 5n, ""], "values true null 5"],
  ];
  for (const [message, expected] of cases) {
    const line = format(record(message));
    assert.equal(line.indexOf("\n"), line.length - 1);
    assert.equal(JSON.parse(line).message, expected);
  }
});

Deno.test("a JSON record has properties as data", () => {
  const properties = { say: 'hello "x"', n: 1, deep: { list: ["a"] } };
  const line = format(record(["said ", properties.say, ""], properties));
  assert.deepEqual(JSON.parse(line), {
    "@timestamp": "1970-01-01T00:00:00.000Z",
    level: "INFO",
    message: 'said hello "x"',
    logger: "caryatid.talker",
    properties,
  });
});

Deno.test("a JSON record survives an error that cannot be shown", () => {
  class Hostile extends Error {
    override toString(): string {
      throw new Error("never shown");
    }
  }
  const line = format(record(["failed: ", new Hostile("text"), "!"]));
  assert.match(JSON.parse(line).message, /^failed: .*!$/);
});

function record(
  message: readonly unknown[],
  properties: Record<string, unknown> = {},
): LogRecord {
  return {
    category: ["caryatid", "talker"],
    level: "info",
    message,
    rawMessage: "",
    timestamp: 0,
    properties,
  };
}
