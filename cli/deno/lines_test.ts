import assert from "node:assert/strict";
import { TextLineStream } from "./lines.ts";

async function linesOf(
  ...chunks: Uint8Array<ArrayBuffer>[]
): Promise<string[]> {
  const lines = ReadableStream.from(chunks).pipeThrough(new TextLineStream());
  return await Array.fromAsync(lines);
}
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("TextLineStream splits at line feeds wherever the chunks end, also within a character", async () => {
  const all = bytes("one\n\nzwölf\nrest");
  assert.deepEqual(await linesOf(all), ["one", "", "zwölf", "rest"]);
  assert.deepEqual(
    await linesOf(...Array.from(all, (byte) => new Uint8Array([byte]))),
    ["one", "", "zwölf", "rest"],
  );
  assert.deepEqual(await linesOf(bytes("one\n")), ["one"]);
  assert.deepEqual(await linesOf(), []);
});

Deno.test("TextLineStream cuts a line that does not end, and keeps all of its text", async () => {
  const lines = await linesOf(
    ...Array.from({ length: 40 }, () => bytes("x".repeat(65_536))),
  );
  assert.deepEqual(lines.map(({ length }) => length), [
    1 << 20,
    1 << 20,
    1 << 19,
  ]);
});
