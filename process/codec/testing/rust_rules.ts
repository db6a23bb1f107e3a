import assert from "node:assert/strict";

/**
 * Asserts that Rust reads these bytes into a field of the right type, whatever
 * it is: heads in their shortest form and of known size, floats of 64 bits, no
 * tags, no `undefined`, text as keys, none of them twice. Walks the bytes on
 * its own.
 */
export function assertRustReads(bytes: Uint8Array): void {
  const end = item(bytes, 0);
  assert.equal(end, bytes.length, "one item");
}

function item(bytes: Uint8Array, at: number): number {
  const [major, info] = [bytes[at]! >> 5, bytes[at]! % 32];
  if (major === 7) {
    assert([20, 21, 22, 27].includes(info), `simple or float ${info}`);
    return at + (info === 27 ? 9 : 1);
  }
  assert(major !== 6, "a tag");
  const [argument, start] = shortest(bytes, at);
  switch (major) {
    case 2:
    case 3:
      return start + Number(argument);
    case 4:
      return items(bytes, start, Number(argument));
    case 5:
      return pairs(bytes, start, Number(argument));
    default:
      return start;
  }
}

function items(bytes: Uint8Array, start: number, count: number): number {
  let at = start;
  for (let i = 0; i < count; i++) at = item(bytes, at);
  return at;
}

function pairs(bytes: Uint8Array, start: number, count: number): number {
  const keys = new Set<string>();
  let at = start;
  for (let i = 0; i < count; i++) {
    assert.equal(bytes[at]! >> 5, 3, "text as key");
    const value = item(bytes, at);
    keys.add(bytes.slice(at, value).toHex());
    at = item(bytes, value);
  }
  assert.equal(keys.size, count, "no key twice");
  return at;
}

function shortest(bytes: Uint8Array, at: number): [bigint, number] {
  const info = bytes[at]! % 32;
  if (info < 24) return [BigInt(info), at + 1];
  assert(info < 28, `additional information ${info}`);
  const end = at + 1 + 2 ** (info - 24);
  const argument = BigInt("0x" + bytes.slice(at + 1, end).toHex());
  const least = [24n, 2n ** 8n, 2n ** 16n, 2n ** 32n][info - 24]!;
  assert(argument >= least, `${argument} in its shortest form`);
  return [argument, end];
}
