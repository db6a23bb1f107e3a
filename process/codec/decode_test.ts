import assert from "node:assert/strict";
import { decode, encode } from "./mod.ts";

function read(hex: string): unknown {
  return decode(Uint8Array.fromHex(hex));
}

Deno.test("F1 decode returns integers up to ±(2^53 - 1) as numbers and larger ones as bigints, in any form", () => {
  assert.equal(read("1b001fffffffffffff"), 2 ** 53 - 1);
  assert.equal(read("1b0020000000000000"), 2n ** 53n);
  assert.equal(read("3b001ffffffffffffe"), -(2 ** 53) + 1);
  assert.equal(read("3b001fffffffffffff"), -(2n ** 53n));
  assert.equal(read("1b0000000000000000"), 0);
  assert.equal(read("1a00000001"), 1);
  assert.equal(read("3affffffff"), -(2 ** 32));
  assert.equal(read("1b8000000000000000"), 2n ** 63n);
});

Deno.test("F1 decode returns the value of every 16-bit float", () => {
  const bytes = Uint8Array.of(0xf9, 0, 0);
  const view = new DataView(bytes.buffer);
  for (let bits = 0; bits < 0x10000; bits++) {
    view.setUint16(1, bits);
    assert(Object.is(decode(bytes), view.getFloat16(1)), bytes.toHex());
  }
});

Deno.test("F1 decode refuses text of any length that is not UTF-8", () => {
  const bad = ["80", "c0ae", "e28280e2", "eda080", "f4908080", "fffe", "c3"];
  for (const hex of bad) {
    for (const before of [0, 1, 10, 30, 100]) {
      const bytes = Uint8Array.of(
        ...new Uint8Array(before).fill(0x61),
        ...Uint8Array.fromHex(hex),
      );
      const head = Uint8Array.of(0x78, bytes.length);
      assert.throws(() => decode(Uint8Array.of(...head, ...bytes)), {
        code: "DECODE_FAILED",
        message: /at byte 2: found text that is not UTF-8/,
      });
    }
  }
});

Deno.test("F1 decode keeps U+FFFD and byte order marks in text", () => {
  for (const text of ["\ufffd", "\ufeffa", "\ufeff".padEnd(200, "\ufffd")]) {
    assert.equal(decode(encode(text)), text);
  }
});

Deno.test("F1 decode refuses a duplicate key, also far apart and in another form", () => {
  const twice = /found a key for the second time/;
  for (
    const hex of [
      "a2616101616102",
      "bf616101616102ff",
      "a261610178016102", // the second with a longer head
      "a26161017f6161ff02", // the second in chunks
      "a2695f5f70726f746f5f5f01695f5f70726f746f5f5f02",
    ]
  ) {
    assert.throws(
      () => read(hex),
      { code: "DECODE_FAILED", message: twice },
      hex,
    );
  }
  const many = Object.fromEntries(
    Array.from({ length: 1000 }, (_, i) => [`key${i}`, i]),
  );
  const bytes = encode({ ...many, last: 1 });
  assert.deepEqual(decode(bytes), { ...many, last: 1 });
  const again = bytes.toHex().replace(/646c61737401$/, "646b65793701");
  assert.throws(() => read(again), { code: "DECODE_FAILED", message: twice });
});

Deno.test("F1 decode refuses keys that are not text", () => {
  for (
    const key of [
      "01",
      "20",
      "40",
      "80",
      "a0",
      "f4",
      "f6",
      "fb3ff0000000000000",
    ]
  ) {
    assert.throws(() => read(`a1${key}00`), {
      code: "DECODE_FAILED",
      message: /at byte 1: found a key that is not text/,
    });
  }
});

Deno.test("F1 decode accepts 128 levels and refuses 129 and a million", () => {
  const deep = (depth: number) => read("81".repeat(depth) + "00");
  assert.doesNotThrow(() => deep(128));
  for (const depth of [129, 1_000_000]) {
    assert.throws(() => deep(depth), {
      code: "DECODE_FAILED",
      message: /at byte 128: found more than 128 arrays and maps/,
    });
  }
  assert.throws(() => read("a16161".repeat(129) + "00"), {
    code: "DECODE_FAILED",
  });
  assert.throws(() => read("9f".repeat(129)), { code: "DECODE_FAILED" });
});

Deno.test("F1 decode refuses a tag at any place", () => {
  for (
    const hex of ["c100", "81c100", "a16161c100", "a1c1616100", "d9d9f700"]
  ) {
    assert.throws(() => read(hex), {
      code: "DECODE_FAILED",
      message: /found a (tag|key that is not text)/,
    });
  }
});

Deno.test("F1 the error of decode names the offset and what was found", () => {
  const found: Readonly<Record<string, string>> = {
    "9b7fffffffffffffff00":
      "byte 9: found only 1 bytes for 9223372036854776000 items",
    "ba00000002616100": "byte 5: found only 3 bytes for 4 items",
    "5b00000001ffffffff00": "byte 9: found only 1 of 8589934591 bytes",
    "5f5f4100ffff": "byte 1: found an item that is not a chunk of the string",
    "7f4100ff": "byte 1: found an item that is not a chunk of the string",
    "81ff": "byte 1: found a break or a simple value; expected plain data",
    "0000": "byte 1: found more bytes; expected the end",
    "1c": "byte 0: found a head that CBOR does not define",
  };
  for (const [hex, text] of Object.entries(found)) {
    assert.throws(() => read(hex), {
      message: `Cannot decode the message at ${text}`,
    });
  }
});

Deno.test("F1 decode of zero bytes throws DECODE_FAILED", () => {
  assert.throws(() => decode(new Uint8Array(0)), {
    code: "DECODE_FAILED",
    message: "Cannot decode the message at byte 0: found only 0 of 1 bytes",
  });
});

Deno.test("F2 decode returns the keys of Object.prototype as own, writable properties in order", () => {
  const keys = ["toString", "__proto__", "constructor", "hasOwnProperty", "a"];
  const message = Object.fromEntries(keys.map((key, i) => [key, { i }]));
  const received = decode(encode(message)) as Record<string, unknown>;
  assert.deepEqual(Object.keys(received), keys);
  assert.deepEqual(received, message);
  assert.equal(Object.getPrototypeOf(received), Object.prototype);
  assert.deepEqual(
    Object.getOwnPropertyDescriptor(received, "__proto__"),
    { value: { i: 1 }, writable: true, enumerable: true, configurable: true },
  );
});

Deno.test("F2 decode keeps keys that could be array indices, the first and the last included", () => {
  const keys = [
    "0",
    "7",
    "999",
    "4294967294",
    "4294967295",
    "007",
    "1e3",
    "-1",
  ];
  for (const order of [keys, keys.toReversed()]) {
    const pairs = order.map((key) => [...encode(key), 1]).flat();
    const received = decode(Uint8Array.of(0xa0 + keys.length, ...pairs));
    assert.deepEqual(
      received,
      Object.fromEntries(order.map((key) => [key, 1])),
    );
  }
});

Deno.test("F2 decode pollutes no prototype", () => {
  const before = Object.getOwnPropertyNames(Object.prototype).join();
  const inner = JSON.parse('{"__proto__":{"polluted":1},"prototype":{}}');
  const received = decode(encode({ constructor: inner, ...inner }));
  assert.equal((received as Record<string, unknown>).polluted, undefined);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  assert.equal(Object.getOwnPropertyNames(Object.prototype).join(), before);
  assert.equal({}.constructor, Object);
});

Deno.test("F1 decode finds one non-ASCII character or one invalid byte anywhere in a text of any length", () => {
  for (const length of [1, 12, 13, 255, 256, 257, 1_000, 70_000]) {
    const ascii = "x".repeat(length);
    assert.equal(decode(encode(ascii)), ascii);
    for (const at of new Set([0, length >> 1, length - 1])) {
      for (const character of ["\x7f", "\x80", "ü", "\ufffd", "🦕"]) {
        const text = ascii.slice(0, at) + character + ascii.slice(at + 1);
        assert.equal(decode(encode(text)), text);
      }
      const bytes = encode(ascii).slice();
      bytes[bytes.length - length + at] = 0xff;
      assert.throws(() => decode(bytes), { code: "DECODE_FAILED" });
    }
  }
});
