import { Float } from "../wire.ts";
import { mismatch } from "./mismatch.ts";
import { RustType } from "./rust_type.ts";

const { valueOf } = Number.prototype;

const FLOAT32: unique symbol = Symbol.for("caryatid.float32");

/**
 * Number that is sent as 32 bits. The codec recognizes it by this symbol, also
 * if another copy of the SDK made it.
 */
class Float32 extends Number {
  get [FLOAT32](): true {
    return true;
  }
}

/** Any number. It is sent as a float even if it is whole, as Rust expects. */
export const f64: RustType<number> = new RustType({
  name: "f64",
  toWire: (value) => {
    if (typeof value !== "number") return new Float(numberOf(value, "an f64"));
    // Any other number is sent as a float anyway.
    return Number.isSafeInteger(value) && !Object.is(value, -0)
      ? new Float(value)
      : value;
  },
  fromWire: (value) => numberOf(value, "an f64"),
  toJson: (value) => new Float(numberOf(value, "an f64")),
});

/**
 * Number within the range of 32 bits. It is rounded to 32 bits, because Rust
 * accepts no wider float for it.
 */
export const f32: RustType<number> = new RustType({
  name: "f32",
  toWire: (value) => {
    const number = numberOf(value, "an f32");
    if (Number.isFinite(number) && !Number.isFinite(Math.fround(number))) {
      throw mismatch(value, "an f32");
    }
    return new Float32(number);
  },
  fromWire: (value) => numberOf(value, "an f32"),
  toJson: (value) => new Float32(numberOf(value, "an f32")),
});

function numberOf(value: unknown, wanted: string): number {
  if (typeof value === "number") return value;
  if (value instanceof Number) return valueOf.call(value);
  throw mismatch(value, wanted);
}
