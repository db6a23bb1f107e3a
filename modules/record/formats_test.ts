import { decode, encode } from "@caryatid/process/codec";
import fc from "fast-check";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { cborSequence } from "./cbor_sequence.ts";
import type { Format } from "./entry.ts";
import { jsonLines } from "./json_lines.ts";
import type { RecordedMessage } from "./entry.ts";
import { anyMessage } from "./testing/messages.ts";

const TIME = Date.UTC(2026, 10, 24);
const entry = (message: unknown) => ({
  topic: "a.ü",
  time: TIME,
  id: "0f",
  headers: { trace: "1" },
  message,
});

Deno.test("F7 JSON lines restore any message", () => {
  fc.assert(
    fc.property(fc.array(anyMessage, { maxLength: 5 }), (messages) => {
      const { found, damage } = read(jsonLines, bytesOf(jsonLines, messages));
      assert.deepEqual(damage, []);
      assert.deepEqual(found.map(({ message }) => message), messages);
    }),
    { numRuns: 300 },
  );
});

Deno.test("F7 a CBOR sequence restores messages as the wire does", () => {
  fc.assert(
    fc.property(fc.array(anyMessage, { maxLength: 5 }), (messages) => {
      const sendable = messages.filter(isSendable);
      const bytes = bytesOf(cborSequence, sendable);
      assert.deepEqual(
        read(cborSequence, bytes).found.map(({ message }) => message),
        sendable.map((message) => decode(encode(message))),
      );
    }),
    { numRuns: 300 },
  );
});

for (const format of [jsonLines, cborSequence]) {
  Deno.test(`${format.extension} keeps sequence, time, topic, id and headers`, () => {
    const { found } = read(format, bytesOf(format, ["x", "y"]));
    assert.deepEqual(found, [
      { sequence: 5, ...entry("x") },
      { sequence: 6, ...entry("y") },
    ]);
  });

  Deno.test(`${format.extension} reads the complete entries of any prefix and returns their size`, () => {
    const whole = bytesOf(format, ["one", "two"]);
    const first = bytesOf(format, ["one"]).length;
    for (let length = 0; length <= whole.length; length++) {
      const { found, used, damage } = read(format, whole.subarray(0, length));
      assert.deepEqual(damage, []);
      const count = length < first ? 0 : length < whole.length ? 1 : 2;
      assert.equal(found.length, count);
      assert.equal(used, [0, first, whole.length][count]);
    }
  });

  Deno.test(`${format.extension} leaves the batch unchanged after a message that cannot be encoded`, () => {
    const batch = format.batch();
    batch.add(0, entry("one"));
    const before = { size: batch.size, count: batch.count };
    const wrong = [entry(() => {}), {
      ...entry("x"),
      headers: { n: 1 as unknown as string },
    }];
    for (const one of wrong) {
      assert.throws(() => batch.add(1, one), { code: "NOT_ENCODABLE" });
    }
    assert.deepEqual({ size: batch.size, count: batch.count }, before);
    batch.add(1, entry("two"));
    assert.equal(read(format, batch.bytes()).found.length, 2);
  });

  Deno.test(`${format.extension} refuses an entry over the maximum size`, () => {
    const large = entry("x".repeat(64 * 1024 * 1024));
    assert.throws(() => format.batch().add(0, large), {
      code: "MESSAGE_TOO_LARGE",
    });
  });

  Deno.test(`F7 ${format.extension} reads changed bytes as entries or damage and never throws`, () => {
    const bytes = bytesOf(format, [{ a: 1 }, { b: 2n }, new Uint8Array(3)]);
    fc.assert(
      fc.property(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 0, max: 255 }),
        (at, value) => {
          const changed = bytes.slice();
          changed[at] = value;
          const { used } = read(format, changed);
          assert(used >= -1 && used <= changed.length);
        },
      ),
      { numRuns: 1_000 },
    );
  });
}

Deno.test("JSON lines report a damaged line with its offset and read the others", () => {
  const lines = new TextDecoder().decode(bytesOf(jsonLines, ["1", "ü", "3"]))
    .split("\n");
  const wrong = [
    "not JSON",
    "[]",
    "null",
    '{"sequence":-1}',
    lines[1]!.replace('"message":', '"massage":'),
    lines[1]!.replace("2026", "then"),
    lines[1]!.replace('"trace":"1"', '"trace":1'),
    lines[1]!.replace('"ü"', '{"$unknown":"ü"}'),
  ];
  for (const line of wrong) {
    const text = [lines[0], line, lines[2], ""].join("\n");
    const { found, damage } = read(jsonLines, new TextEncoder().encode(text));
    assert.deepEqual(found.map(({ message }) => message), ["1", "3"]);
    assert.deepEqual(damage, [new TextEncoder().encode(lines[0]).length + 1]);
  }
});

Deno.test("JSON lines count the offsets of many damaged lines in linear time", () => {
  const lines = Array.from({ length: 2_000 }, (_, i) => "ü".repeat(i % 3));
  const text = lines.join("\n") + "\n";
  const { byteLength } = Buffer;
  let steps = 0;
  Buffer.byteLength = (counted) => {
    steps += counted.toString().length;
    return byteLength(counted);
  };
  try {
    const { damage } = read(jsonLines, new TextEncoder().encode(text));
    const expected = lines.map((_, i) =>
      2 * (i - i % 3) + (i % 3 === 2 ? 2 : 0) + i
    );
    assert.deepEqual(damage, expected);
  } finally {
    Buffer.byteLength = byteLength;
  }
  assert(steps <= text.length, `${steps} for ${text.length} characters`);
});

Deno.test("JSON lines report a line that is not UTF-8 as damage", () => {
  const bytes = bytesOf(jsonLines, ["abc", "def"]).slice();
  const at = new TextDecoder("latin1").decode(bytes).indexOf("abc");
  bytes[at] = 0xff;
  const { found, damage } = read(jsonLines, bytes);
  assert.deepEqual(found.map(({ message }) => message), ["def"]);
  assert.deepEqual(damage, [0]);
});

Deno.test("CBOR sequences end at bytes that are not an entry", () => {
  const good = bytesOf(cborSequence, ["good"]);
  const { found, used, damage } = read(
    cborSequence,
    new Uint8Array([...good, 0, 0, 0, ...good]),
  );
  assert.equal(found.length, 1);
  assert.equal(used, -1);
  assert.deepEqual(damage, [good.length]);
});

function bytesOf(format: Format, messages: readonly unknown[]): Uint8Array {
  const batch = format.batch();
  messages.forEach((message, index) => batch.add(5 + index, entry(message)));
  return batch.bytes();
}

function read(format: Format, bytes: Uint8Array) {
  const found: RecordedMessage[] = [];
  const damage: number[] = [];
  const used = format.read(bytes, {
    entry: (message) => found.push(message),
    damage: (at) => damage.push(at),
  });
  return { found, damage, used };
}

function isSendable(message: unknown): boolean {
  try {
    encode(message);
    return true;
  } catch {
    return false; // a Date of a year outside RFC 3339, for example
  }
}
