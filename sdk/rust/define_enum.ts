import { CaryatidError } from "../errors.ts";
import { tableOf } from "./containers.ts";
import { mismatch, mismatchIn } from "./mismatch.ts";
import {
  type AnyRustType,
  type InputOf,
  type OutputOf,
  RustType,
} from "./rust_type.ts";

/**
 * Variant without content: `Stop`. A variant `Stop(())` has the content
 * {@linkcode unit}.
 */
export const unitVariant: UnitVariant = { kind: "unit variant" };

/** Type of {@linkcode unitVariant}. */
export interface UnitVariant {
  /** Distinguishes it from a type. */
  readonly kind: "unit variant";
}

/** Variants by the names that serde gives them, each with its content. */
export type Variants = Readonly<Record<string, AnyRustType | UnitVariant>>;

/**
 * Type of the sent values of an enum: a union of `"Stop"` and `{ Test: … }`.
 */
export type EnumInput<V extends Variants> = {
  [K in keyof V & string]: V[K] extends UnitVariant ? K
    : { readonly [P in K]: InputOf<V[P]> };
}[keyof V & string];
/** Type of the received values of an enum. */
export type EnumOutput<V extends Variants> = {
  [K in keyof V & string]: V[K] extends UnitVariant ? K
    : { readonly [P in K]: OutputOf<V[P]> };
}[keyof V & string];

/**
 * Returns the type of an enum with the same variants as in Rust. Its values
 * have the format of serde: `"Stop"` for a variant without content, otherwise
 * an object with one key, `{ Test: … }`.
 *
 * | Rust | TypeScript | Value |
 * | --- | --- | --- |
 * | `Stop` | `Stop: unitVariant` | `"Stop"` |
 * | `None(())` | `None: unit` | `{ None: [] }` |
 * | `Text(String)` | `Text: text` | `{ Text: "hello" }` |
 * | `Pair(u8, String)` | `Pair: tuple(u8, text)` | `{ Pair: [7, "x"] }` |
 * | `Point { x: i32 }` | `Point: struct({ x: i32 })` | `{ Point: { x: 1 } }` |
 * | `Clock(Tick)` | `Clock: struct({ … })` | `{ Clock: { … } }` |
 *
 * @example The message of a Rust process
 * ```ts
 * import { defineTopic, type SchemaOutput } from "@caryatid/sdk";
 * import {
 *   asNumber,
 *   dateTime,
 *   defineEnum,
 *   f64,
 *   i64,
 *   match,
 *   struct,
 *   text,
 *   tuple,
 *   u64,
 *   unit,
 *   unitVariant,
 * } from "@caryatid/sdk/rust";
 * import assert from "node:assert/strict";
 *
 * const Message = defineEnum({
 *   None: unit,
 *   Stop: unitVariant,
 *   Test: struct({ data: text, number: i64 }),
 *   Point: tuple(f64, f64),
 *   Clock: struct({ time: dateTime, number: asNumber(u64) }),
 * });
 * type Message = SchemaOutput<typeof Message>;
 *
 * // Both ends are typed: publishing { Point: [1, 2.5] } sends two floats.
 * const test = defineTopic("sample.test", Message);
 *
 * function describe(message: Message): string {
 *   return match(message, {
 *     Test: ({ data, number }) => `${data} ${number}`,
 *     Point: ([x, y]) => `${x}, ${y}`,
 *     Stop: () => "the end",
 *     _: () => "something else",
 *   });
 * }
 * assert.equal(describe({ Point: [1, 2.5] }), "1, 2.5");
 * assert.equal(describe("Stop"), "the end");
 * assert.equal(describe({ None: [] }), "something else");
 * ```
 * @throws {CaryatidError} `INVALID_OPTION` if there are no variants
 */
export function defineEnum<const V extends Variants>(
  variants: V,
): RustType<EnumInput<V>, EnumOutput<V>> {
  const names = Object.keys(variants);
  if (names.length === 0) {
    throw new CaryatidError(
      "INVALID_OPTION",
      "Cannot define an enum: found no variants; expected at least one",
      { hint: "Write for example defineEnum({ Stop: unitVariant, … })." },
    );
  }
  const convert = (direction: Direction) => (value: unknown) =>
    typeof value === "string"
      ? unitOf(variants, names, value)
      : contentOf(variants, names, value, direction);
  return new RustType<EnumInput<V>, EnumOutput<V>>({
    name: "enum",
    toWire: convert("toWire"),
    fromWire: convert("fromWire") as (value: unknown) => EnumOutput<V>,
    toJson: convert("toJson"),
  });
}

type Direction = "toWire" | "fromWire" | "toJson";

function unitOf(
  variants: Variants,
  names: readonly string[],
  value: string,
): string {
  const type = Object.hasOwn(variants, value) ? variants[value]! : undefined;
  if (type && isUnitVariant(type)) return value;
  throw mismatch(
    value,
    type ? `{ ${value}: … }` : `one of ${names.join(", ")}`,
  );
}

function contentOf(
  variants: Variants,
  names: readonly string[],
  value: unknown,
  direction: Direction,
): unknown {
  const table = tableOf(value);
  const [name, ...more] = Object.keys(table);
  if (name === undefined || more.length > 0) {
    throw mismatch(value, "one variant as its only key");
  }
  if (!Object.hasOwn(variants, name)) {
    throw mismatch(name, `one of ${names.join(", ")}`);
  }
  const type = variants[name]!;
  const content = table[name];
  try {
    if (isUnitVariant(type)) return emptied(name, content);
    const { conversion } = type;
    const given = content === undefined && direction === "toWire"
      ? conversion.omitted
      : content;
    const converted = conversion[direction](given);
    return Object.is(converted, content)
      ? value
      : Object.fromEntries([[name, converted]]);
  } catch (thrown) {
    throw mismatchIn(name, thrown);
  }
}

/** Returns the name if the content is empty: Rust also accepts this form. */
function emptied(name: string, content: unknown): string {
  const isEmpty = content === null ||
    Array.isArray(content) && content.length === 0;
  if (isEmpty) return name;
  throw mismatch(content, `the text "${name}" alone`);
}

function isUnitVariant(type: AnyRustType | UnitVariant): type is UnitVariant {
  return "kind" in type;
}
