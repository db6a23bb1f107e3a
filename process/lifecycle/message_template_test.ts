import { configureSync, getLogger, resetSync } from "@logtape/logtape";
import fc from "fast-check";
import assert from "node:assert/strict";
import { parseTemplate } from "./message_template.ts";

Deno.test("parseTemplate replaces names of properties, and no escaped braces", () => {
  assert.deepEqual(parseTemplate("{a} and {b}{c}", { a: 1, b: { d: 2 } }), [
    ...["", 1, " and ", { d: 2 }, "", undefined, ""],
  ]);
  assert.deepEqual(parseTemplate("{{a}} } {", { a: 1 }), ["{a} } {"]);
});

Deno.test("parseTemplate returns undefined for a placeholder that is a path", () => {
  for (const path of ["{user.name}", "{users[0]}", "{ a }", "{*}", "{}"]) {
    assert.equal(parseTemplate(`x ${path}`, { a: 1 }), undefined, path);
  }
});

Deno.test("parseTemplate splits a text as LogTape does", () => {
  let expected: readonly unknown[] = [];
  configureSync({
    reset: true,
    sinks: { seen: ({ message }) => void (expected = message) },
    loggers: [
      { category: "template", sinks: ["seen"], lowestLevel: "info" },
      { category: ["logtape", "meta"], sinks: [], lowestLevel: "error" },
    ],
  });
  try {
    const logger = getLogger("template");
    const unit = fc.constantFrom("{", "}", "{{", "}}", "{a}", "{b}", "a", " ");
    fc.assert(fc.property(fc.string({ unit, minLength: 1 }), (text) => {
      const parts = parseTemplate(text, { a: 1 });
      fc.pre(parts !== undefined);
      logger.info(text, { a: 1 });
      assert.deepEqual(parts, expected);
    }));
  } finally {
    resetSync();
  }
});
