import assert from "node:assert/strict";
import { withoutControls } from "./control_characters.ts";

const ESC = "\x1b";

Deno.test("withoutControls escapes all control characters but tabs", () => {
  assert.equal(
    withoutControls(`a\tb\nc\r${ESC}[31m\0\x7f\x9b`),
    "a\tb\\nc\\r\\x1b[31m\\x00\\x7f\\x9b",
  );
});

Deno.test("withoutControls keeps lines and styles of a styled text, and ends an open style", () => {
  assert.equal(
    withoutControls(`${ESC}[2J\n${ESC}[31mred`, "styled"),
    `\\x1b[2J\n${ESC}[31mred${ESC}[0m`,
  );
  const closed = `${ESC}[1;31mred${ESC}[0;0m`;
  assert.equal(withoutControls(closed, "styled"), closed);
});
