import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { messageJson } from "./message_json.ts";

Deno.test("messageJson() leaves values of JSON unchanged", () => {
  const message = { a: [1, "é\n", null, true], __proto__: undefined, b: {} };
  assert.equal(messageJson(message), JSON.stringify(message));
  assert.equal(messageJson("text"), '"text"');
  assert.equal(messageJson(null), "null");
});

Deno.test("messageJson() converts values that JSON lacks", async (t) => {
  const bytes = new Uint8Array([0, 1, 254, 255]);
  const forms: Record<string, [message: unknown, json: string]> = {
    "bytes": [bytes, '{"$base64":"AAH+/w=="}'],
    "no bytes": [new Uint8Array(), '{"$base64":""}'],
    "bytes inside": [{ a: [bytes] }, '{"a":[{"$base64":"AAH+/w=="}]}'],
    "a view": [bytes.subarray(1, 3), '{"$base64":"Af4="}'],
    "a buffer": [bytes.buffer, '{"$base64":"AAH+/w=="}'],
    "a Node buffer": [
      { a: Buffer.from(bytes) },
      '{"a":{"$base64":"AAH+/w=="}}',
    ],
    "a safe integer": [[1n, -9007199254740991n], "[1,-9007199254740991]"],
    "a large integer": [9007199254740992n, '"9007199254740992"'],
    "the largest integer": [18446744073709551615n, '"18446744073709551615"'],
    "a date": [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    "values that are not numbers": [[NaN, -Infinity], "[null,null]"],
    "a lone surrogate": ["\ud800", '"\\ud800"'],
  };
  for (const [name, [message, json]] of Object.entries(forms)) {
    await t.step(name, () => assert.equal(messageJson(message), json));
  }
});

Deno.test("messageJson() returns undefined if a conversion would hide something", async (t) => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  const none: Record<string, unknown> = {
    "undefined": undefined,
    "a function": { a: () => {} },
    "a symbol": [Symbol()],
    "a map": { a: new Map([[1, 2]]) },
    "a set": new Set([1]),
    "a cycle": cycle,
    "too deep nesting": deep,
    "a getter that throws": {
      get a() {
        throw null;
      },
    },
  };
  for (const [name, message] of Object.entries(none)) {
    await t.step(name, () => assert.equal(messageJson(message), undefined));
  }
});
