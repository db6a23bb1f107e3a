import { CaryatidError } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { decode, encode } from "./mod.ts";
import { assertRustReads } from "./testing/rust_rules.ts";
import {
  allBytes,
  badCases,
  type GoodCase,
  goodCases,
  rustEncodings,
  rustInputs,
} from "./testing/vectors.ts";

const DIAGNOSTICS: Readonly<Record<string, unknown>> = {
  NaN,
  Infinity,
  "-Infinity": -Infinity,
  undefined,
};

Deno.test("F1 decode returns the value of every good vector, or refuses it, as its `ours` says", () => {
  assert.equal(goodCases.length, 82);
  for (const one of goodCases) {
    const read = () => decode(Uint8Array.fromHex(one.hex));
    if (one.ours === "refuse") {
      assert.throws(read, { code: "DECODE_FAILED" }, one.hex);
    } else {
      assert.deepEqual(read(), expected(one), one.hex);
    }
  }
});

function expected(
  { hex, decoded, decodedText, diagnostic }: GoodCase,
): unknown {
  const byteString = /^h'(.*)'$/.exec(diagnostic ?? "");
  if (byteString) return Uint8Array.fromHex(byteString[1]!);
  if (diagnostic?.startsWith("(_ h")) return Uint8Array.fromHex("0102030405");
  if (diagnostic !== undefined) {
    assert(diagnostic in DIAGNOSTICS, diagnostic);
    return DIAGNOSTICS[diagnostic];
  }
  if (hex === "f98000") return -0;
  return typeof decoded === "number" && !Number.isSafeInteger(decoded) &&
      /^-?\d+$/.test(decodedText ?? "")
    ? BigInt(decodedText!)
    : decoded;
}

Deno.test("F1 decode throws DECODE_FAILED with the offset for every bad vector", () => {
  assert.equal(badCases.length, 122);
  for (const { hex, why } of badCases) {
    assert.throws(() => decode(Uint8Array.fromHex(hex)), {
      code: "DECODE_FAILED",
      message: /^Cannot decode the message at byte \d+: found \S/,
    }, why);
  }
});

Deno.test("F1 decode throws DECODE_FAILED for a truncated vector and for one with an extra byte", () => {
  for (const bytes of allBytes.filter(decodes)) {
    for (let size = 0; size < bytes.length; size++) {
      assert(!decodes(bytes.subarray(0, size)), bytes.toHex());
    }
    assert(!decodes(Uint8Array.of(...bytes, 0)), bytes.toHex());
  }
});

/** Rust encodings that JavaScript encodes differently, with ours. */
const ONE_WAY: Readonly<Record<string, string>> = {
  "f32 1.5": "fb3ff8000000000000", // we send all floats in 64 bits
  "f32 1.0": "01", // JavaScript does not distinguish 1 from 1.0
  "f64 0.0": "00",
  "f64 1.0": "01",
  "f64 3.0": "03",
  "Message::Json(1.0)": "a1644a736f6e01",
};

Deno.test("F3 every Rust encoding decodes and encodes to the same bytes", () => {
  assert.equal(rustEncodings.length, 88);
  for (const { hex, rust } of rustEncodings) {
    const read = () => decode(Uint8Array.fromHex(hex));
    if (rust.startsWith("BTreeMap<u32")) {
      assert.throws(read, { code: "DECODE_FAILED" }, rust);
    } else {
      assert.equal(encode(read()).toHex(), ONE_WAY[rust] ?? hex, rust);
    }
  }
});

Deno.test("F3 encode writes no form that Rust refuses", () => {
  assert.equal(rustInputs.length, 68);
  const messages = allBytes.filter(decodes).map(decode).filter(encodes);
  assert(messages.length > 200);
  for (const message of messages) assertRustReads(encode(message));
});

Deno.test("F3 every input that Rust accepts decodes and encodes to the form of Rust", () => {
  for (const { hex, note } of rustInputs.filter(({ ok }) => ok)) {
    const bytes = Uint8Array.fromHex(hex);
    if (note === "trailing bytes") assert(!decodes(bytes), note);
    else assertRustReads(encode(decode(bytes)));
  }
});

function decodes(bytes: Uint8Array): boolean {
  return succeeds(() => decode(bytes), "DECODE_FAILED");
}

function encodes(message: unknown): boolean {
  return succeeds(() => encode(message), "NOT_ENCODABLE");
}

function succeeds(run: () => unknown, code: string): boolean {
  try {
    run();
    return true;
  } catch (error) {
    assert(error instanceof CaryatidError && error.code === code);
    return false;
  }
}
