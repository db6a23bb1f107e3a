import { Float } from "@caryatid/process/codec";
import fc from "fast-check";

/**
 * Keys of messages: any text, and the keys of escapes and of Object.prototype.
 */
const key = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom("$bytes", "$object", "$", "__proto__", "constructor", "0"),
);

const leaf = fc.oneof(
  fc.constantFrom(null, true, false, "", "ü", "\u2028", 0, -0, 1e21, 2 ** 53),
  fc.integer(),
  fc.double(),
  fc.string({ unit: "grapheme" }),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n - 1n }),
  fc.uint8Array({ maxLength: 8 }),
  fc.date({ noInvalidDate: true }),
  fc.double({ noNaN: true }).map((value) => new Float(value)),
);

/** Generates any message that can be recorded. */
export const anyMessage: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: "message" },
    leaf,
    fc.array(tie("value"), { maxLength: 4, depthIdentifier: "message" }),
    fc.dictionary(key, tie("value"), {
      maxKeys: 4,
      noNullPrototype: true,
      depthIdentifier: "message",
    }),
  ),
})).value;
