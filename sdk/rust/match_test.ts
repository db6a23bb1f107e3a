import assert from "node:assert/strict";
import { match } from "./mod.ts";

type Message = "Stop" | { Text: string } | { Pair: [number, string] };

Deno.test("arms of match() can return different variants, with all variants named or with _", () => {
  const all = (message: Message): Message =>
    match(message, {
      Stop: () => ({ Text: "stopped" }),
      Text: () => "Stop",
      Pair: ([number, text]) => ({ Pair: [number + 1, text] }),
    });
  const others = (message: Message): Message =>
    match(message, { Text: (text) => ({ Text: `${text}!` }), _: () => "Stop" });
  assert.deepEqual(all({ Pair: [1, "x"] }), { Pair: [2, "x"] });
  assert.deepEqual(others({ Text: "x" }), { Text: "x!" });
  assert.equal(others({ Pair: [1, "x"] }), "Stop");
});

Deno.test("match() infers the common return type of its arms", () => {
  const size = (message: Message) =>
    match(message, { Text: (text) => text.length, _: () => 0 });
  assert.equal(size({ Text: "x" }).toFixed(1), "1.0");
});

Deno.test("match() rejects at compile time an arm that returns another type", () => {
  const wrong = (message: Message): Message =>
    // @ts-expect-error: a number is not a message
    match(message, { Text: () => 5, _: () => "Stop" });
  assert.equal(wrong("Stop"), "Stop");
});
