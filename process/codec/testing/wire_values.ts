import fc from "fast-check";

/** A key that is special to JavaScript objects, or to our own thresholds. */
const key = fc.oneof(
  { weight: 6, arbitrary: fc.string({ maxLength: 6 }) },
  { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...["__proto__", "constructor", "toString", "hasOwnProperty", "length"],
      ...["0", "4294967295", "-1", "then", "toJSON", ""],
    ),
  },
);

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.string({ maxLength: 80 }),
  fc.constantFrom(
    "\ufeff",
    "\ufeff".padEnd(70, "a"),
    "\ufffd",
    "\0",
    "a".repeat(5000),
  ),
);

const number = fc.oneof(
  fc.double(),
  fc.maxSafeInteger(),
  fc.integer({ min: -300, max: 300 }),
  fc.constantFrom(-0, 2 ** 32 - 1, 2 ** 32, -(2 ** 32), 2 ** 53, -(2 ** 53)),
);

/** Bigints that numbers cannot hold: others come back as numbers. */
const bigint = fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n - 1n })
  .filter((value) => !Number.isSafeInteger(Number(value)));

/** Anything that has a form on the wire, and comes back from it equal. */
export const wireValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false),
    number,
    bigint,
    text,
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Uint8Array.from(bytes)),
    tie("array"),
    tie("object"),
  ),
  array: fc.array(tie("value"), { maxLength: 30 }),
  // fromEntries defines its properties: a key may be called __proto__.
  object: fc.array(fc.tuple(key, tie("value")), { maxLength: 30 })
    .map((entries) => Object.fromEntries(entries)),
})).value;
