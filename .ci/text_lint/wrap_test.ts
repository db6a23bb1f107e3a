import assert from "node:assert/strict";
import { wrapComments } from "./wrap.ts";

function wrap(...lines: string[]): string[] {
  return wrapComments(lines.join("\n"), 30).split("\n");
}

Deno.test("a wide docstring is wrapped, a narrow one stays", () => {
  assert.deepEqual(
    wrap("  /** Returns the number of messages. */", "  count(): number;"),
    [
      "  /**",
      "   * Returns the number of",
      "   * messages.",
      "   */",
      "  count(): number;",
    ],
  );
  assert.deepEqual(wrap("/** Short. */"), ["/** Short. */"]);
});

Deno.test("paragraphs, lists, tags and fences keep their limits", () => {
  assert.deepEqual(
    wrap(
      "/**",
      " * One two three four five six seven",
      " * eight.",
      " *",
      " * - a list item that is too wide",
      " * - b",
      " * @throws an error that is too wide",
      " * ```ts",
      " * const code = 'is left as it is here';",
      " * ```",
      " */",
    ),
    [
      "/**",
      " * One two three four five six",
      " * seven eight.",
      " *",
      " * - a list item that is too",
      " *   wide",
      " * - b",
      " * @throws an error that is",
      " * too wide",
      " * ```ts",
      " * const code = 'is left as it is here';",
      " * ```",
      " */",
    ],
  );
});

Deno.test("line comments are wrapped, and move above code", () => {
  assert.deepEqual(
    wrap("// One two three four five six", "// seven.", "f();"),
    ["// One two three four five six", "// seven.", "f();"],
  );
  assert.deepEqual(
    wrap("  call(of, a, function); // with a reason"),
    ["  // with a reason", "  call(of, a, function);"],
  );
});

Deno.test("directives are left alone", () => {
  const line = "// deno-lint-ignore-file no-console -- a reason";
  assert.deepEqual(wrap(line), [line]);
});
