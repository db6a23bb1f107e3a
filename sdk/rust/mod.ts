/**
 * Types of Rust in the format of serde, for modules that exchange messages with
 * Rust Caryatid. Declare the same types as the Rust process and use values of
 * TypeScript. Floats, integers, dates, options and variants are then sent as
 * Rust expects them.
 *
 * @example
 * ```ts
 * import { defineTopic } from "@caryatid/sdk";
 * import { defineEnum, f64, struct, text } from "@caryatid/sdk/rust";
 *
 * // enum Message { Text(String), Point { x: f64, y: f64 } }
 * const Point = struct({ x: f64, y: f64 });
 * const Message = defineEnum({ Text: text, Point });
 * const drawing = defineTopic("drawing.#", Message);
 * ```
 *
 * @module
 */
export {
  lazy,
  list,
  map,
  option,
  tuple,
  type TupleInput,
  type TupleOutput,
} from "./containers.ts";
export { dateTime } from "./date_time.ts";
export {
  defineEnum,
  type EnumInput,
  type EnumOutput,
  type UnitVariant,
  unitVariant,
  type Variants,
} from "./define_enum.ts";
export { f32, f64 } from "./floats.ts";
export { asNumber, i16, i32, i64, i8, u16, u32, u64, u8 } from "./integers.ts";
export {
  type Arms,
  type Contents,
  isVariant,
  match,
  type Merged,
} from "./match.ts";
export {
  type AnyRustType,
  type Conversion,
  type InputOf,
  type OutputOf,
  RustType,
} from "./rust_type.ts";
export { bool, bytes, char, json, text, unit } from "./scalars.ts";
export {
  type Fields,
  type Omittable,
  struct,
  type StructInput,
  type StructOutput,
} from "./struct.ts";
