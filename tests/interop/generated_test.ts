/** Generated values of all types of `sdk/rust`, through the codec of Rust. */
import { decode, encode } from "@caryatid/process/codec";
import { type AnyRustType, f64, lazy, list, map } from "@caryatid/sdk/rust";
import * as rust from "@caryatid/sdk/rust";
import { CaryatidError } from "@caryatid/sdk";
import fc from "fast-check";
import assert from "node:assert/strict";
import { RunningProgram } from "../support/running_program.ts";
import { PEER } from "./peer_binary.ts";
import { withPeer } from "./rust_case.ts";
import { Kind, Message, Reading } from "./rust_message.ts";

interface Tree {
  readonly name: string;
  readonly children: readonly Tree[];
}
const tree: rust.RustType<Tree> = rust.struct({
  name: rust.text,
  children: list(lazy(() => tree)),
});

const text = fc.string({ unit: "binary" });
const number = fc.double();
const f32 = fc.float();
const i64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const date = fc.date({
  min: new Date("0000-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59Z"),
  noInvalidDate: true,
});
const byte = fc.nat(255);
const char = fc.string({ unit: "binary", minLength: 1, maxLength: 1 });
const kind = fc.oneof(
  fc.constant("Idle" as const),
  fc.record({ Single: number }),
  fc.record({ Range: fc.tuple(number, i64) }),
  fc.record({
    Named: fc.record({ name: text, since: fc.option(date) }),
  }),
);
const reading = fc.record({
  at: date,
  value: number,
  short: f32,
  count: u64,
  delta: i64,
  note: fc.option(text),
  kind,
  marks: fc.array(byte),
  letter: char,
  limits: fc.dictionary(text, u64),
  corner: fc.tuple(number, fc.boolean()),
  nothing: fc.constantFrom([] as const, null, undefined),
});
/** Rust sends null as an empty array, and reads a whole float as an integer. */
const { value: json } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    ...[
      text,
      fc.boolean(),
      i64,
      u64,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ],
    fc.array(tie("value")),
    fc.dictionary(text, tie("value")),
  ),
}));

/** Types by their names in `peer typed`, and values that they accept. */
const CASES: Readonly<
  Record<string, readonly [AnyRustType, fc.Arbitrary<unknown>]>
> = {
  bool: [rust.bool, fc.boolean()],
  bytes: [rust.bytes, fc.uint8Array()],
  char: [rust.char, char],
  dateTime: [rust.dateTime, date],
  f32: [rust.f32, f32],
  f64: [rust.f64, number],
  i8: [rust.i8, fc.integer({ min: -128, max: 127 })],
  i16: [rust.i16, fc.integer({ min: -32_768, max: 32_767 })],
  i32: [rust.i32, fc.integer()],
  i64: [rust.i64, fc.oneof(i64, fc.maxSafeInteger())],
  u8: [rust.u8, byte],
  u16: [rust.u16, fc.nat(65_535)],
  u32: [rust.u32, fc.nat(2 ** 32 - 1)],
  u64: [rust.u64, fc.oneof(u64, fc.maxSafeNat())],
  json: [rust.json, json],
  text: [rust.text, text],
  unit: [rust.unit, fc.constantFrom([], null, undefined)],
  list: [list(f64), fc.array(number)],
  map: [map(rust.u64), fc.dictionary(text, u64)],
  option: [rust.option(rust.char), fc.option(char)],
  tuple: [
    rust.tuple(rust.f32, rust.i64, rust.text),
    fc.tuple(f32, i64, text),
  ],
  lazy: [
    tree,
    fc.letrec((tie) => ({
      tree: fc.record({
        name: text,
        children: fc.oneof(
          { maxDepth: 4 },
          fc.constant([]),
          fc.array(tie("tree"), { maxLength: 3 }),
        ),
      }),
    })).tree,
  ],
  struct: [Reading, reading],
  enum: [Kind, kind],
  message: [
    Message,
    fc.oneof(
      fc.constant("Stop"),
      fc.record({ None: fc.constant([]) }),
      fc.record({ Json: json }),
      fc.record({ Pair: fc.tuple(byte, text) }),
      fc.record({ Point: fc.record({ x: i64, y: number }) }),
      fc.record({ Maybe: fc.option(fc.nat()) }),
      fc.record({ Bytes: fc.uint8Array() }),
      fc.record({ Reading: reading }),
    ),
  ],
};

/** Values of any kind, which a type may accept or refuse. */
const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSet: true,
  withTypedArray: true,
  withUnicodeString: true,
});

const NAME = "every type of sdk/rust";
withPeer(NAME, () => {
  for (const [name, [type, values]] of Object.entries(CASES)) {
    Deno.test(`${NAME}: Rust sends values of ${name} back as they are`, async () => {
      await using peer = new TypedPeer();
      await fc.assert(
        fc.asyncProperty(values, async (value) => {
          const sent = wireOf(type, value);
          assert(sent !== undefined, "the type refuses the value");
          const returned = await peer.pass(name, sent);
          assert.deepEqual(receivedOf(type, returned), receivedOf(type, sent));
        }),
        { numRuns: 500 },
      );
    });

    Deno.test(`${NAME}: Rust reads whatever ${name} does not refuse`, async () => {
      await using peer = new TypedPeer();
      await fc.assert(
        fc.asyncProperty(fc.oneof(anything, values), async (value) => {
          const sent = wireOf(type, value);
          if (sent !== undefined) await peer.pass(name, sent);
        }),
        { numRuns: 500 },
      );
    });
  }
});

/** Returns the bytes of a value, or undefined if it is refused. */
function wireOf(type: AnyRustType, value: unknown): Uint8Array | undefined {
  const given = value ?? type.conversion.omitted ?? value;
  const encoded = type["~wire"].encode(given);
  if (encoded.issues) return undefined;
  try {
    return encode(encoded.value);
  } catch (error) {
    if (error instanceof CaryatidError) return undefined;
    throw error;
  }
}

function receivedOf(type: AnyRustType, bytes: Uint8Array): unknown {
  const result = type["~standard"].validate(decode(bytes));
  assert(!(result instanceof Promise) && !result.issues, "ours refuses it");
  return result.value;
}

/** The program `peer typed`. */
class TypedPeer implements AsyncDisposable {
  readonly #program = new RunningProgram(["typed"], {}, {
    command: PEER,
    input: true,
  });
  #count = 0;

  /** Returns the bytes that Rust writes for bytes that it has read. */
  async pass(type: string, bytes: Uint8Array): Promise<Uint8Array> {
    await this.#program.write(`${type} ${bytes.toHex()}`);
    const at = this.#count++;
    const line = await this.#program.until(
      () => this.#program.lines[at],
      () => `an answer to ${type} ${bytes.toHex()}`,
    );
    assert(!line.startsWith("!"), `Rust refuses ${bytes.toHex()}: ${line}`);
    return Uint8Array.fromHex(line);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program.endInput();
    await this.#program.exitCode();
    await this.#program[Symbol.asyncDispose]();
  }
}
