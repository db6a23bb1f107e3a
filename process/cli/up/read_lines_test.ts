import assert from "node:assert/strict";
import { readLines } from "./read_lines.ts";

async function linesOf(...chunks: Uint8Array[]): Promise<string[]> {
  const lines: string[] = [];
  await readLines(ReadableStream.from(chunks), (line) => lines.push(line));
  return lines;
}
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("readLines() finds lines wherever the chunks end, also within a letter", async () => {
  const all = bytes("one\n\nzwölf\nrest");
  assert.deepEqual(await linesOf(all), ["one", "", "zwölf", "rest"]);
  assert.deepEqual(
    await linesOf(...Array.from(all, (byte) => new Uint8Array([byte]))),
    ["one", "", "zwölf", "rest"],
  );
  assert.deepEqual(await linesOf(bytes("one\n")), ["one"]);
  assert.deepEqual(await linesOf(), []);
});

Deno.test("readLines() cuts a line that doesn't end, and keeps all of it", async () => {
  const lines = await linesOf(
    ...Array.from({ length: 40 }, () => bytes("x".repeat(65_536))),
  );
  assert.deepEqual(lines.map(({ length }) => length), [
    1 << 20,
    1 << 20,
    1 << 19,
  ]);
});
