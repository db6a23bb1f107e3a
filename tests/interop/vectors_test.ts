import { decode, encode } from "@caryatid/process/codec";
import type { SchemaResult, WireSchema } from "@caryatid/sdk";
import {
  bool,
  char,
  dateTime,
  f32,
  f64,
  i64,
  list,
  map,
  option,
  text,
  tuple,
  u32,
  u64,
  u8,
  unit,
} from "@caryatid/sdk/rust";
import assert from "node:assert/strict";
import {
  rustEncodings,
  rustInputs,
} from "../../process/codec/testing/vectors.ts";
import { PEER } from "./peer_binary.ts";
import { withPeer } from "./rust_case.ts";
import { Message } from "./rust_message.ts";

/** Types of Rust values, by the beginning of their description. */
const TYPES: readonly (readonly [string, WireSchema])[] = [
  ["Message::", Message],
  ["DateTime<Utc> ", dateTime],
  ["() unit", unit],
  ["struct Unit;", unit],
  ["struct New(", u8],
  ["struct Tup(", tuple(u8, bool)],
  ["(1u8,", tuple(u8, text)],
  ["Option::<u8>::None", option(u8)],
  ["Some(3u8)", option(u8)],
  ["Some(())", option(unit)],
  ["Some(None", option(option(u8))],
  ["u64 ", u64],
  ["i64 ", i64],
  ["f64 ", f64],
  ["f32 ", f32],
  ["true", bool],
  ["char ", char],
  ["String ", text],
  ["Vec<u8>", list(u8)],
  ["BTreeMap {", map(u32)],
];

/**
 * A value without a type in this SDK: map keys that are not text are not
 * supported.
 */
const NO_TYPE = 'BTreeMap<u32,_> {1:"x"}';

/**
 * Values that are encoded with other bytes than Rust's: a Date has
 * milliseconds, and JSON without types does not distinguish 1 from 1.0.
 */
const CHANGED: Readonly<Record<string, string>> = {
  "DateTime<Utc> 2024-01-02T03:04:05.123456789Z":
    "7818323032342d30312d30325430333a30343a30352e3132335a",
  "Message::Clock(ClockTickMessage{time:2024-01-02T03:04:05.123456789Z,number:0})":
    "a165436c6f636ba26474696d657818323032342d30312d30325430333a30343a30352e3132335a666e756d62657200",
  "Message::Json(1.0)": "a1644a736f6e01",
};

/**
 * Inputs that this SDK reads and Rust rejects, with the reason. This SDK never
 * sends them.
 */
const LENIENT: Readonly<Record<string, string>> = {
  "indefinite map {_ String: hi}": "what is unambiguous is read",
  "String payload indefinite text": "what is unambiguous is read",
  "i64 number: float64 42.0 (cbor-x/JS may emit)": "42.0 is 42 in JavaScript",
  "i64 number: float16 42.0": "42.0 is 42 in JavaScript",
  "npm cbor-x: number 4294967296 becomes float64": "42.0 is 42 in JavaScript",
  "f64 field sent as integer 2": "2 is 2.0 in JavaScript",
  "f64 field sent as float16 1.5": "all widths are read",
  "Json float16 1.0": "all widths are read",
  "Json undefined": "`json` takes whatever can be decoded",
  "Json bytes": "`json` takes whatever can be decoded",
  "Json -2^64": "`json` takes whatever can be decoded",
};

/** Inputs that Rust reads and this SDK rejects. */
const STRICT: readonly string[] = ["trailing bytes"];

Deno.test("F3 values from Rust decode as their type and encode to the same bytes, floats and dates too", () => {
  assert.equal(rustEncodings.length, 88);
  for (const { hex, rust } of rustEncodings) {
    if (rust === NO_TYPE) continue;
    const type = TYPES.find(([start]) => rust.startsWith(start))?.[1];
    assert(type, rust);
    const value = valueOf(
      type["~standard"].validate(decode(Uint8Array.fromHex(hex))),
    );
    const sent = encode(valueOf(type["~wire"].encode(value)));
    assert.equal(sent.toHex(), CHANGED[rust] ?? hex, rust);
  }
});

Deno.test("F3 decoding accepts and rejects the same inputs as Rust, except for those listed", () => {
  assert.equal(rustInputs.length, 68);
  for (const { hex, note, ok } of rustInputs) {
    const expected = (ok || note in LENIENT) && !STRICT.includes(note);
    assert.equal(reads(hex), expected, note);
  }
});

withPeer(
  "the vectors match the codec of Rust's current crates",
  () =>
    Deno.test("the vectors match the codec of Rust's current crates", async () => {
      const { stdout } = await new Deno.Command(PEER, { args: ["vectors"] })
        .output();
      const made = JSON.parse(new TextDecoder().decode(stdout));
      assert.deepEqual(made.encode, rustEncodings);
      assert.deepEqual(made.decode, rustInputs);
    }),
);

function reads(hex: string): boolean {
  try {
    const result = Message["~standard"].validate(
      decode(Uint8Array.fromHex(hex)),
    );
    return !("issues" in result);
  } catch (error) {
    assert.equal((error as { code?: string }).code, "DECODE_FAILED");
    return false;
  }
}

function valueOf(result: SchemaResult<unknown> | Promise<unknown>): unknown {
  assert(!(result instanceof Promise));
  assert(!result.issues, JSON.stringify(result.issues));
  return result.value;
}
