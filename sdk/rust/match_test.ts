import assert from "node:assert/strict";
import { match } from "./mod.ts";

type Message = "Stop" | { Text: string } | { Pair: [number, string] };

Deno.test("arms of match() give different variants, with all of them named or with _", () => {
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

Deno.test("what arms of match() give alike is known", () => {
  const size = (message: Message) =>
    match(message, { Text: (text) => text.length, _: () => 0 });
  assert.equal(size({ Text: "x" }).toFixed(1), "1.0");
});

Deno.test("match() refuses arms that give something else than is wanted", () => {
  const wrong = (message: Message): Message =>
    // @ts-expect-error: a number is no message
    match(message, { Text: () => 5, _: () => "Stop" });
  assert.equal(wrong("Stop"), "Stop");
});
