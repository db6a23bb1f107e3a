/**
 * Rates of encoding and decoding compared with JSON in UTF-8, and those of
 * cbor-x without guards.
 *
 * `deno run -A process/codec/testing/bench.ts` prints a line for each case. The
 * cases have the form of `tests/benchmarks/harness.ts`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { decode, encode } from "../mod.ts";
import { type SampleName, SAMPLES } from "./samples.ts";

/** Encodes and decodes messages. */
interface Codec {
  encode(message: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

/**
 * A case of the harness: nanoseconds to encode and decode one message, with two
 * codecs in turn.
 */
export interface CodecCase {
  readonly name: string;
  readonly unit: "ns";
  readonly run: () => Promise<{ ours: number; peer: number }>;
  readonly ratio: readonly ["peer", "ours"];
  readonly goals?: readonly { readonly of: "ratio"; readonly least: number }[];
  readonly remark: string;
}

const ROUNDS = 20;
const SLICE_MS = 3;

const utf8 = new TextEncoder();
const text = new TextDecoder();

const ours: Codec = { encode, decode };
const json: Codec = {
  encode: (message) => utf8.encode(JSON.stringify(message)),
  decode: (bytes) => JSON.parse(text.decode(bytes)),
};

/**
 * Loads cbor-x with the options closest to the wire format. Its specifiers are
 * computed, so that only a benchmark downloads it.
 */
async function cborX(): Promise<Codec> {
  const [pin, encoder, decoder] = [
    "npm:cbor-extract@2.2.2/package.json",
    "npm:cbor-x@1.6.8/encode",
    "npm:cbor-x@1.6.8/decode",
  ];
  await import(pin, { with: { type: "json" } });
  const { Encoder } = await import(encoder);
  const { Decoder } = await import(decoder);
  const options = {
    useRecords: false,
    mapsAsObjects: true,
    variableMapSize: true,
    tagUint8Array: false,
    copyBuffers: true,
  };
  const [writer, reader] = [new Encoder(options), new Decoder(options)];
  return {
    encode: (message) => writer.encode(message),
    decode: (bytes) => reader.decode(bytes),
  };
}

/** The codec compared with JSON, then cbor-x compared with JSON. */
export const codecCases: readonly CodecCase[] = [
  ...(Object.keys(SAMPLES) as SampleName[]).map((name): CodecCase => ({
    ...caseOf(`codec-${name}`, name, () => Promise.resolve(ours)),
    goals: [{ of: "ratio", least: SAMPLES[name].goal }],
    remark: "encode and decode, guards included; peer: JSON in UTF-8",
  })),
  ...(["tick", "order", "flat"] as const).map((name): CodecCase => ({
    ...caseOf(`cbor-x-${name}`, name, cborX),
    remark: "ours: cbor-x 1.6.8 without guards; peer: JSON in UTF-8",
  })),
];

function caseOf(
  name: string,
  sample: SampleName,
  open: () => Promise<Codec>,
): Omit<CodecCase, "remark"> {
  const { make } = SAMPLES[sample];
  return {
    name,
    unit: "ns",
    ratio: ["peer", "ours"],
    run: async () => interleaved(make, await open(), json),
  };
}

/** Returns the best slice of each codec: slower ones were disturbed. */
function interleaved(make: () => unknown, one: Codec, other: Codec) {
  const messages = Array.from({ length: 16 }, make);
  for (const codec of [one, other]) {
    assert.deepEqual(codec.decode(codec.encode(messages[0])), messages[0]);
  }
  let [ours, peer] = [Infinity, Infinity];
  for (let i = 0; i < ROUNDS; i++) {
    ours = Math.min(ours, slice(one, messages));
    peer = Math.min(peer, slice(other, messages));
  }
  return { ours, peer };
}

function slice(codec: Codec, messages: readonly unknown[]): number {
  const bodies = messages.map((message) => codec.encode(message).slice());
  return nanoseconds((i) => codec.encode(messages[i])) +
    nanoseconds((i) => codec.decode(bodies[i]!));
}

function nanoseconds(once: (i: number) => unknown): number {
  const start = performance.now();
  let count = 0;
  let elapsed = 0;
  while (elapsed < SLICE_MS) {
    for (let i = 0; i < 64; i++) once(i & 15);
    count += 64;
    elapsed = performance.now() - start;
  }
  return elapsed * 1e6 / count;
}

if (import.meta.main) {
  const harness = new URL(
    "../../../tests/benchmarks/harness.ts",
    import.meta.url,
  );
  const { measure } = await import(harness.href);
  // deno-lint-ignore no-console -- it is the program's output
  for (const one of codecCases) console.log(await measure(one));
}
