import { Float } from "@caryatid/process/codec";
import fc from "fast-check";
import assert from "node:assert/strict";
import { escape, revive } from "./json_escapes.ts";
import { anyMessage } from "./testing/messages.ts";

const toJson = (value: unknown) => JSON.stringify(escape(value));
const roundTrip = (value: unknown) => revive(JSON.parse(toJson(value)));

Deno.test("F7 revive restores any message from the JSON of escape", () => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      assert.deepEqual(roundTrip(message), message);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("escape writes the escapes of the README", () => {
  const written: [unknown, string][] = [
    [new Uint8Array([1, 2, 255]), '{"$bytes":"AQL/"}'],
    [new Uint8Array([7]).buffer, '{"$bytes":"Bw=="}'],
    [7n, '{"$bigint":"7"}'],
    [NaN, '{"$number":"NaN"}'],
    [-Infinity, '{"$number":"-Infinity"}'],
    [-0, '{"$number":"-0"}'],
    [new Float(2), '{"$float":"2"}'],
    [new Date(0), '{"$date":"1970-01-01T00:00:00.000Z"}'],
    [{ $bytes: "mine" }, '{"$object":{"$bytes":"mine"}}'],
    [{ $a: 1, b: undefined }, '{"$object":{"$a":1}}'],
    [{ $a: 1, b: 2 }, '{"$a":1,"b":2}'],
    [{ a: [undefined].slice(1), b: undefined }, '{"a":[]}'],
  ];
  for (const [value, text] of written) assert.equal(toJson(value), text);
});

Deno.test("escape returns the message itself if JSON can represent it", () => {
  const message = { a: [1, { b: "c" }], d: null };
  assert.equal(escape(message), message);
});

Deno.test("escape does not change the message", () => {
  const bytes = new Uint8Array([1]);
  const message = { list: [{ bytes }] };
  escape(message);
  assert.equal(message.list[0]!.bytes, bytes);
});

Deno.test("F3 escape throws NOT_ENCODABLE with the path of the value", async (t) => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const wrong: Record<string, [unknown, RegExp]> = {
    "undefined": [undefined, /^Cannot record "message": it is undefined/],
    "a function": [{ run() {} }, /"message\.run": it is a function/],
    "a hole": [{ a: [, 1] }, /"message\.a\[0\]": it is undefined/],
    "a Map": [[new Map()], /"message\[0\]": it is an instance of a class/],
    "an invalid Date": [{ "a b": new Date(NaN) }, /\["a b"\]": it is an inv/],
    "a cycle": [cycle, /more than 128/],
    "a getter that throws": [
      {
        get bad() {
          throw new Error("no");
        },
      },
      /"message\.bad": reading it threw/,
    ],
  };
  for (const [name, [value, message]] of Object.entries(wrong)) {
    await t.step(name, () => {
      assert.throws(() => escape(value), { code: "NOT_ENCODABLE", message });
    });
  }
});

Deno.test("F1 revive throws for escapes that escape does not write", async (t) => {
  const wrong = [
    '{"$bytes":"a"}',
    '{"$bytes":7}',
    '{"$bigint":"seven"}',
    '{"$number":"1e999"}',
    '{"$date":"yesterday"}',
    '{"$unknown":"x"}',
    '{"$object":1}',
    "[".repeat(100_000) + "]".repeat(100_000),
  ];
  for (const text of wrong) {
    await t.step(text.slice(0, 30), () => {
      assert.throws(() => revive(JSON.parse(text)));
    });
  }
});

Deno.test("F2 revive keeps __proto__ as an ordinary key", () => {
  const text = '{"__proto__":{"$bigint":"1"},"a":1}';
  const value = revive(JSON.parse(text)) as object;
  assert.deepEqual(Object.entries(value), [["__proto__", 1n], ["a", 1]]);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});
