/**
 * Types of Rust, as serde sends them: for modules that talk to Rust Caryatid. Declare what a Rust process declares, and write the
 * values of TypeScript; floats, integers, dates, options and variants then travel as Rust wants them.
 *
 * @example
 * ```ts
 * import { defineTopic } from "@caryatid/sdk";
 * import { defineEnum, f64, struct, text } from "@caryatid/sdk/rust";
 *
 * // enum Message { Text(String), Point { x: f64, y: f64 } }
 * const Message = defineEnum({ Text: text, Point: struct({ x: f64, y: f64 }) });
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
