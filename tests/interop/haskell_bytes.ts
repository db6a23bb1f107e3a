/**
 * `{"Test":{"data":"Hello, world!","number":42}}`, as Rust's example `typed`
 * sends it.
 */
export const HELLO =
  "a16454657374a264646174616d48656c6c6f2c20776f726c6421666e756d626572182a";

/** Answer of Rust's example `haskell`. */
export const ANSWER = "a16454657374a2646461746173" +
  "48656c6c6f2066726f6d204861736b656c6c21666e756d626572182a";

/** Bodies that Haskell cannot read, and its report. */
export const REFUSED: readonly (readonly [string, string])[] = [
  ["", "it ends too early"],
  ["a1", "it ends too early"],
  [HELLO.slice(0, -2), "it ends too early"],
  [`${HELLO}00`, "bytes after the message: 1"],
  ["ff".repeat(40), "found a simple value; expected a map"],
  ["80", "found an array; expected a map"],
  ["a0", "a map of 0; expected 1"],
  ["bf6454657374f6ff", "found an indefinite length"],
  // Lengths of 2^64 - 1: a map, a text, and a text in its place
  ["bbffffffffffffffff", "a map of 18446744073709551615; expected 1"],
  ["a17bffffffffffffffff", "it ends too early"],
  ["a166537472696e677bffffffffffffffff", "it ends too early"],
  ["a166537472696e6762c328", "found a text that is no UTF-8"],
  ["a1654f74686572f6", 'unknown variant "Other"'],
  [
    "a163f09f98", // cut off in the middle of a character
    "found a text that is no UTF-8",
  ],
  ["a1644e6f6e65f6", "found null; expected an array"],
  [HELLO.replace("a264", "a364"), "a map of 3; expected 2"],
  [
    "a16454657374a2666e756d626572182a646461746161" + "78",
    'found the key "number"; expected "data"',
  ],
  [
    HELLO.replace(/182a$/, "fb4045000000000000"), // 42.0
    "found a float; expected an integer",
  ],
  [HELLO.replace(/182a$/, "f95140"), "found a float; expected an integer"],
  [HELLO.replace(/182a$/, "c2412a"), "found a tag; expected an integer"],
  [
    HELLO.replace(/182a$/, "1b8000000000000000"), // 2^63
    "found an integer beyond 64 bits with a sign",
  ],
  [
    HELLO.replace(/182a$/, "3b8000000000000000"), // -2^63 - 1
    "found an integer beyond 64 bits with a sign",
  ],
  [`${"81".repeat(100_000)}80`, "found an array; expected a map"],
];
