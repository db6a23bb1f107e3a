import fc from "fast-check";
import assert from "node:assert/strict";
import { decode, encode } from "./mod.ts";
import { referenceDecode } from "./testing/reference.ts";
import { assertRustReads } from "./testing/rust_rules.ts";
import { wireValue } from "./testing/wire_values.ts";

const numRuns = Deno.env.get("CARYATID_SOAK") ? 50_000 : 1_000;

Deno.test("F7 decode(encode(x)) equals x for any encodable x", () => {
  fc.assert(
    fc.property(wireValue, (value) => {
      assert.deepEqual(decode(encode(value)), value);
    }),
    { numRuns },
  );
});

Deno.test("F7 encode writes only what Rust reads, and the reference decoder reads the same value", () => {
  fc.assert(
    fc.property(wireValue, (value) => {
      const bytes = encode(value);
      assertRustReads(bytes);
      assert.deepEqual(referenceDecode(bytes), value);
    }),
    { numRuns },
  );
});

Deno.test("F7 encode accepts any value or throws NOT_ENCODABLE", () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withNullPrototype: true,
    withBoxedValues: true,
    withObjectString: true,
    stringUnit: "binary",
  });
  fc.assert(
    fc.property(anything, (value) => {
      const bytes = tried(() => encode(value), "NOT_ENCODABLE");
      if (bytes) assertRustReads(bytes);
    }),
    { numRuns },
  );
});

function tried<T>(run: () => T, code: string): T | undefined {
  try {
    return run();
  } catch (error) {
    assert.equal((error as { code?: string }).code, code, String(error));
  }
}
