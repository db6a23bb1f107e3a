import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { withEncoded } from "./encode.ts";
import { decode, encode } from "./mod.ts";

Deno.test("A20 encode never overwrites bytes that it returned", () => {
  const sizes = [
    1,
    30,
    300,
    3_000,
    5_000,
    20_000,
    100,
    70_000,
    2,
    2_000_000,
    7,
  ];
  const kept = Array.from({ length: 2_000 }, (_, i) => {
    const size = i < 500 ? sizes[i % sizes.length]! % 100_000 : i % 97;
    const message = { i, text: String(i % 10).repeat(size) };
    return { message, bytes: encode(message) };
  });
  for (const { message, bytes } of kept) {
    assert.deepEqual(decode(bytes), message);
  }
});

Deno.test("a failed encode leaves no bytes in the next message", () => {
  for (let i = 0; i < 100; i++) {
    assert.throws(() => encode({ a: "x".repeat(i * 200), b: () => {} }));
    assert.equal(encode([i]).toHex().slice(0, 2), "81");
    assert.deepEqual(decode(encode({ i })), { i });
  }
});

Deno.test("a getter in a message can encode another message", () => {
  let inner: Uint8Array | undefined;
  const message = {
    before: 1,
    get nested() {
      inner = encode({ inner: "message" });
      return inner;
    },
    after: 2,
  };
  const bytes = encode(message);
  assert.deepEqual(decode(bytes), { before: 1, nested: inner, after: 2 });
  assert.deepEqual(decode(inner!), { inner: "message" });
});

Deno.test("encode works after a caller transferred the buffer of an earlier message", () => {
  encode({ a: 1 }).buffer.transfer();
  assert.equal(encode({ a: 1 }).toHex(), "a1616101");
  encode("x".repeat(10_000)).buffer.transfer();
  assert.equal((decode(encode("x".repeat(10_000))) as string).length, 10_000);
});

Deno.test("encode throws MESSAGE_TOO_LARGE above maxBytes and accepts exactly maxBytes", () => {
  const sizes: readonly (readonly [unknown, number])[] = [
    [1, 1],
    ["a".repeat(300), 303],
    [new Uint8Array(70_000), 70_005],
    [Array.from({ length: 70_000 }, () => 1), 70_005],
  ];
  for (const [message, size] of sizes) {
    assert.equal(encode(message, { maxBytes: size }).length, size);
    assert.throws(() => encode(message, { maxBytes: size - 1 }), {
      code: "MESSAGE_TOO_LARGE",
      message: `Cannot encode "message": it has more than ${
        size - 1
      } bytes when encoded`,
    });
    assert.equal(encode(1).toHex(), "01");
  }
});

Deno.test("encode stops at maxBytes for an object that occurs 2^100 times", () => {
  let message: unknown = [];
  for (let i = 0; i < 100; i++) message = [message, message];
  assert.throws(() => encode(message, { maxBytes: 100_000 }), {
    code: "MESSAGE_TOO_LARGE",
  });
});

Deno.test("withEncoded passes the same bytes as encode returns, after any other message", () => {
  const sizes = [0, 3, 70, 5_000, 30_000, 100_000, 2_000_000, 1];
  for (const size of [...sizes, ...sizes]) {
    const message = { size, text: "x".repeat(size), umlauts: "ü".repeat(size) };
    const lent = withEncoded(message, (bytes) => bytes.slice());
    assert(Buffer.from(lent).equals(encode(message)), `${size}`);
  }
});

Deno.test("withEncoded keeps its bytes while nested calls succeed or fail", () => {
  const message = { text: "x".repeat(5_000) };
  const expected = encode(message);
  withEncoded(message, (outer) => {
    withEncoded({ text: "y".repeat(6_000) }, (inner) => {
      assert.notDeepEqual(inner.buffer, outer.buffer);
    });
    assert.throws(() => withEncoded({ text: "z", b: () => {} }, () => {}), {
      code: "NOT_ENCODABLE",
    });
    assert.deepEqual(outer, expected);
  });
  assert.throws(() =>
    withEncoded(message, () => {
      throw new Error("mine");
    }), /^Error: mine$/);
  assert.deepEqual(withEncoded(message, (bytes) => bytes.slice()), expected);
});
