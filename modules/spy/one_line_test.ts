import assert from "node:assert/strict";
import { inspect } from "node:util";
import { inOneLine, oneLine } from "./one_line.ts";

Deno.test("oneLine() writes a value as JavaScript would, in one line", () => {
  const value = { name: "Ann", tags: ["a", "b"], "odd key": -0, none: null };
  assert.equal(
    oneLine(value),
    '{ name: "Ann", tags: ["a", "b"], "odd key": -0, none: null }',
  );
  assert.equal(oneLine({}), "{}");
  assert.equal(oneLine([]), "[]");
});

Deno.test("oneLine() writes nothing that a terminal obeys, nor what can't be seen", () => {
  const text = oneLine({
    "\u001b[2J": "\u0007\r\n\u009b31m\u202e\u2028\ud800",
  });
  assert.match(text, /^[\x20-\x7e]+$/);
  assert.match(text, /\\u{9b}31m\\u{202e}/);
});

Deno.test("inOneLine() is one line to who prints it, and itself to all others", () => {
  const long = { text: "x".repeat(100), more: "y".repeat(100) };
  const shown = inOneLine({ ...long });
  assert.equal(Deno.inspect(shown), oneLine(long));
  assert.equal(inspect(shown), oneLine(long));
  assert.equal(JSON.stringify(shown), JSON.stringify(long));
  assert.deepEqual(shown, long);
  assert.equal(inOneLine("a\u001bb"), "a\\u{1b}b");
  assert.equal(inOneLine(5), 5);
});
