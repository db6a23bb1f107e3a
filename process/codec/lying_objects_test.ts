import { CaryatidError } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { decode, encode } from "./mod.ts";

/** Properties that a message may define on its bytes. */
const LIES = ["length", "byteLength", "byteOffset", "buffer"];

Deno.test("F3 bytes are encoded by their real length, whatever their properties say", () => {
  const views = [
    Uint8Array.of(1, 2, 3),
    Uint16Array.of(0x0201, 0x0403),
    new DataView(Uint8Array.of(9, 1, 2, 9).buffer, 1, 2),
    Uint8Array.of(4, 5).buffer,
  ];
  for (const view of views) {
    const honest = encode(view).toHex();
    for (const name of LIES) {
      Object.defineProperty(view, name, { value: 70, configurable: true });
      assert.equal(encode(view).toHex(), honest, name);
      delete (view as unknown as Record<string, unknown>)[name];
    }
    class Lying extends Uint8Array {
      override get length() {
        return 5_000 as never;
      }
    }
    assert.equal(encode(Lying.of(7)).toHex(), "4107");
  }
});

Deno.test("F3 an array that is a proxy is encoded by a valid length or refused", () => {
  const withLength = (length: unknown) =>
    new Proxy([1, 2], {
      get: (array, key) => key === "length" ? length : Reflect.get(array, key),
    });
  assert.equal(encode(withLength(1)).toHex(), "8101");
  for (const length of [-1, 0.5, NaN, Infinity, 2 ** 32, "2", undefined]) {
    assert.throws(() => encode({ list: withLength(length) }), {
      code: "NOT_ENCODABLE",
      message: 'Cannot encode "message.list": it is an array without a valid ' +
        "length",
    });
  }
});

Deno.test("F3 an object that only looks like bytes is refused", () => {
  const lookalikes = [
    Object.create(Uint8Array.prototype),
    new Proxy(Uint8Array.of(1), {}),
    Object.create(ArrayBuffer.prototype),
    new Proxy(new ArrayBuffer(1), {}),
  ];
  for (const value of lookalikes) {
    assert.throws(
      () => encode([value]),
      (error) =>
        error instanceof CaryatidError && error.code === "NOT_ENCODABLE",
    );
  }
});

Deno.test("F2 NaN has one encoding, whatever its bits are", () => {
  const words = BigUint64Array.of(
    ...[0x7ff8000000000000n, 0x7ff8000000000001n],
    ...[0xfff8000000000000n, 0x7ff0000000000001n],
  );
  for (const nan of new Float64Array(words.buffer)) {
    assert.equal(encode(nan).toHex(), "fb7ff8000000000000");
    assert.deepEqual(decode(encode([nan])), [NaN]);
  }
});
