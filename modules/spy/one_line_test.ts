import assert from "node:assert/strict";
import { inspect } from "node:util";
import { inOneLine, oneLine } from "./one_line.ts";

Deno.test("oneLine() formats a value as a JavaScript literal in one line", () => {
  const value = { name: "Ann", tags: ["a", "b"], "odd key": -0, none: null };
  assert.equal(
    oneLine(value),
    '{ name: "Ann", tags: ["a", "b"], "odd key": -0, none: null }',
  );
  assert.equal(oneLine({}), "{}");
  assert.equal(oneLine([]), "[]");
});

Deno.test("oneLine() escapes control characters and invisible characters", () => {
  const text = oneLine({
    "\u001b[2J": "\u0007\r\n\u009b31m\u202e\u2028\ud800",
  });
  assert.match(text, /^[\x20-\x7e]+$/);
  assert.match(text, /\\u{9b}31m\\u{202e}/);
});

Deno.test("inOneLine() changes only how a value is inspected", () => {
  const long = { text: "x".repeat(100), more: "y".repeat(100) };
  const shown = inOneLine({ ...long });
  assert.equal(Deno.inspect(shown), oneLine(long));
  assert.equal(inspect(shown), oneLine(long));
  assert.equal(JSON.stringify(shown), JSON.stringify(long));
  assert.deepEqual(shown, long);
  assert.equal(inOneLine("a\u001bb"), "a\\u{1b}b");
  assert.equal(inOneLine(5), 5);
});
