import assert from "node:assert/strict";
import { readFrame } from "./socket_frame.ts";

Deno.test("readFrame() reads the three kinds of frames", () => {
  assert.deepEqual(readFrame('{"subscribe":"a.#","after":"x-1","ref":1}'), {
    kind: "subscribe",
    name: "a.#",
    after: "x-1",
    ref: 1,
  });
  assert.deepEqual(readFrame('{"unsubscribe":""}'), {
    kind: "unsubscribe",
    name: "",
    ref: undefined,
  });
  assert.deepEqual(readFrame('{"publish":"a","message":{"b":[]},"ref":"r"}'), {
    kind: "publish",
    name: "a",
    message: { b: [] },
    ref: "r",
  });
});

Deno.test("readFrame() returns the reason for an invalid frame, with its ref if that is valid", async (t) => {
  const wrong: Record<string, [text: string, ref?: string | number]> = {
    "no JSON": ["{"],
    "null": ["null"],
    "a text": ['"subscribe"'],
    "no kind": ['{"ref":1}', 1],
    "two kinds": ['{"subscribe":"a","publish":"b","message":1}'],
    "a kind that is not text": ['{"subscribe":["a"],"ref":"r"}', "r"],
    "a publish without a message": ['{"publish":"a"}'],
    "a publish with after": ['{"publish":"a","message":1,"after":"x"}'],
    "a subscribe with a message": ['{"subscribe":"a","message":1}'],
    "an unsubscribe with after": ['{"unsubscribe":"a","after":"x"}'],
    "an empty unsubscribe with after": ['{"unsubscribe":"","after":"x"}'],
    "an after that is not text": ['{"subscribe":"a","after":1}'],
    "an unknown key": ['{"subscribe":"a","filter":1,"ref":2}', 2],
    "a key of prototypes": ['{"subscribe":"a","__proto__":{}}'],
    "a long ref": [`{"subscribe":"a","ref":"${"x".repeat(65)}"}`],
    "an object as ref": ['{"subscribe":"a","ref":{}}'],
    "too deep a message": [
      `{"publish":"a","message":${"[".repeat(130)}${"]".repeat(130)}}`,
    ],
  };
  for (const [name, [text, ref]] of Object.entries(wrong)) {
    await t.step(name, () => {
      const frame = readFrame(text);
      assert.equal(frame.kind, "bad");
      assert.equal(frame.ref, ref);
    });
  }
});
