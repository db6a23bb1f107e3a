import { CaryatidError } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { decode, encode } from "./mod.ts";
import { Mutants } from "./testing/mutants.ts";
import { referenceDecode } from "./testing/reference.ts";
import { assertRustReads } from "./testing/rust_rules.ts";
import { allBytes } from "./testing/vectors.ts";

const MEBIBYTE = 1024 * 1024;

/** Number of inputs: `CARYATID_FUZZ`, or a million in the soak. */
const inputs = Number(
  Deno.env.get("CARYATID_FUZZ") ??
    (Deno.env.get("CARYATID_SOAK") ? 1_000_000 : 5_000),
);

Deno.test(`F7 decode and the reference agree on ${inputs} damaged vectors: the same value, or both refuse`, () => {
  const seed = crypto.getRandomValues(new Int32Array(1))[0]!;
  const mutants = new Mutants(allBytes, seed);
  const before = memoryUsed();
  let accepted = 0;
  for (let i = 0; i < inputs; i++) {
    const bytes = mutants.next();
    try {
      if (check(bytes)) accepted++;
    } catch (cause) {
      throw new Error(`seed ${seed}, input ${i}: ${bytes.toHex()}`, { cause });
    }
  }
  const grown = (memoryUsed() - before) / MEBIBYTE;
  assert(grown < 256, `memory grew by ${grown.toFixed()} MiB`);
  // Otherwise the test covers only refusals.
  assert(accepted > inputs / 20, `${accepted} were messages`);
});

function check(bytes: Uint8Array): boolean {
  const ours = attempt(() => decode(bytes), "DECODE_FAILED");
  const theirs = attempt(() => referenceDecode(bytes));
  assert.deepEqual(ours, theirs);
  if (!("value" in ours)) return false;
  const sent = attempt(() => encode(ours.value), "NOT_ENCODABLE");
  // A value with undefined cannot be encoded again.
  if (!("value" in sent)) return true;
  assertRustReads(sent.value);
  assert.equal(encode(decode(sent.value)).toHex(), sent.value.toHex());
  return true;
}

/**
 * Returns the value of `run`, or `none` if it throws. With `code`, only that
 * error is expected.
 */
function attempt<T>(
  run: () => T,
  code?: string,
): { value: T } | { none: true } {
  try {
    return { value: run() };
  } catch (error) {
    if (code === undefined) return { none: true };
    assert(
      error instanceof CaryatidError && error.code === code,
      String(error),
    );
    return { none: true };
  }
}

/** Memory of this thread: other tests run at the same time. */
function memoryUsed(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}
