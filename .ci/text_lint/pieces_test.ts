import assert from "node:assert/strict";
import { piecesOf } from "./pieces.ts";

/** The texts of a file without blanked characters at both ends. */
function texts(file: string, source: string): string[] {
  return piecesOf(file, source).map(({ kind, text, opens }) =>
    `${kind}${opens ? "!" : ""} ${text.replace(/\s+/g, " ").trim()}`
  );
}

Deno.test("a TypeScript file gives its comments and prose strings, not its code", () => {
  const source = [
    "/** Returns a thing. */",
    "// one",
    "// two",
    "const key = 'a.b'; /* three */",
    'throw new Error("Cannot read the file");',
  ].join("\n");
  assert.deepEqual(texts("a.ts", source), [
    "comment! Returns a thing.",
    "comment one two",
    "comment three",
    "string Cannot read the file",
  ]);
});

Deno.test("regular expressions and nested templates do not confuse the scanner", () => {
  const source = [
    'const a = /"[/\'"]/.test(b) ? 8 / 2 / 1 : c; // end one',
    "log(`the ${x ? `inner ${y} it is here` : { z: 1 }.z} part`); // end two",
  ].join("\n");
  assert.deepEqual(texts("a.ts", source), [
    "comment end one",
    "string it is here",
    "comment end two",
  ]);
});

Deno.test("the name of a test or step is marked as an opening", () => {
  const source = 'Deno.test("a name of it", f);\n' +
    'await t.step(\n  "another name here", f);\n' +
    'await t.other("no name at all", f);';
  assert.deepEqual(texts("a_test.ts", source), [
    "string! a name of it",
    "string! another name here",
    "string no name at all",
  ]);
});

Deno.test("code spans, fences and symbol links are blanked", () => {
  const source = "/**\n * Calls `told` of {@linkcode Told}.\n *\n" +
    " * ```ts\n * // told\n * ```\n */";
  const [piece] = piecesOf("a.ts", source);
  assert(!/told/i.test(piece!.text));
  assert.equal(piece!.text.length, source.length);
});

Deno.test("a Markdown page gives its text, its headings and its table heads", () => {
  const page = "# What it is\n\n[A link](what.md) and `code`.\n\n" +
    "| Name | How |\n| --- | --- |\n| a | b |\n\n```ts\nwhat();\n```\n";
  const pieces = piecesOf("a.md", page);
  const headings = pieces.filter(({ kind }) => kind === "heading");
  assert.deepEqual(headings.map(({ text }) => text.trim()), [
    "What it is",
    "Name",
    "How",
  ]);
  assert.match(pieces[0]!.text, /A link/);
  assert(!/what\.md|code|what\(\)/.test(pieces[0]!.text));
});
