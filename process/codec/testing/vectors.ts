/** One encoding of RFC 8949's appendix A, and what our decoder does with it. */
export interface GoodCase {
  readonly hex: string;
  readonly ours: "accept" | "refuse";
  /** True if it is the preferred encoding. */
  readonly roundtrip: boolean;
  readonly decoded?: unknown;
  /** The same in digits that a JSON number may lack. */
  readonly decodedText?: string;
  /** In place of `decoded` where JSON has no such value. */
  readonly diagnostic?: string;
}

/** Bytes that any strict decoder refuses. */
export interface BadCase {
  readonly hex: string;
  readonly kind: string;
  readonly why: string;
}

/** Encoding of a value by Rust. */
export interface RustEncoding {
  readonly hex: string;
  readonly rust: string;
}

/** Bytes that a peer may send to Rust, and whether it reads them. */
export interface RustInput {
  readonly hex: string;
  readonly note: string;
  readonly ok: boolean;
}

/** The vectors of `tests/vectors`. */
export const goodCases: readonly GoodCase[] = read("cbor_good.json").cases;
export const badCases: readonly BadCase[] = read("cbor_bad.json").cases;
export const rustEncodings: readonly RustEncoding[] =
  read("rust_serde.json").encode;
export const rustInputs: readonly RustInput[] = read("rust_serde.json").decode;

/** Bytes of all vectors except very long ones, which have separate tests. */
export const allBytes: readonly Uint8Array[] = [
  ...goodCases,
  ...badCases,
  ...rustEncodings,
  ...rustInputs,
].map(({ hex }) => Uint8Array.fromHex(hex)).filter(({ length }) =>
  length <= 1000
);

function read(name: string) {
  const url = new URL(`../../../tests/vectors/${name}`, import.meta.url);
  return JSON.parse(Deno.readTextFileSync(url));
}
