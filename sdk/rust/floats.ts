import { Float } from "../float.ts";
import { mismatch } from "./mismatch.ts";
import { RustType } from "./rust_type.ts";

const { valueOf } = Number.prototype;

const FLOAT32: unique symbol = Symbol.for("caryatid.float32");

/** Sent as 32 bits; the codec knows it by this mark, whichever copy of the SDK made it. */
class Float32 extends Number {
  get [FLOAT32](): true {
    return true;
  }
}

/** Any number. It is sent as a float though it is whole, as Rust wants it. */
export const f64: RustType<number> = new RustType({
  name: "f64",
  toWire: (value) => {
    if (typeof value !== "number") return new Float(numberOf(value, "an f64"));
    // Any other is a float anyway.
    return Number.isSafeInteger(value) && !Object.is(value, -0)
      ? new Float(value)
      : value;
  },
  fromWire: (value) => numberOf(value, "an f64"),
});

/** A number that 32 bits can hold; it is rounded to what they can. Rust takes no wider float for it. */
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
});

function numberOf(value: unknown, wanted: string): number {
  if (typeof value === "number") return value;
  if (value instanceof Number) return valueOf.call(value);
  throw mismatch(value, wanted);
}
