import { CaryatidError } from "../errors.ts";
import { tableOf } from "./containers.ts";
import { mismatch, mismatchIn } from "./mismatch.ts";
import {
  type AnyRustType,
  type InputOf,
  type OutputOf,
  RustType,
} from "./rust_type.ts";

/** A variant without anything in it: `Stop`, not `Stop(())`, which is {@linkcode unit}. */
export const unitVariant: UnitVariant = { kind: "unit variant" };

/** What {@linkcode unitVariant} is. */
export interface UnitVariant {
  /** Tells it from a type. */
  readonly kind: "unit variant";
}

/** Variants by the names that serde gives them, and what each holds. */
export type Variants = Readonly<Record<string, AnyRustType | UnitVariant>>;

/** What is given for an enum: a union of `"Stop"` and `{ Test: … }`. */
export type EnumInput<V extends Variants> = {
  [K in keyof V & string]: V[K] extends UnitVariant ? K
    : { readonly [P in K]: InputOf<V[P]> };
}[keyof V & string];
/** What an enum gives. */
export type EnumOutput<V extends Variants> = {
  [K in keyof V & string]: V[K] extends UnitVariant ? K
    : { readonly [P in K]: OutputOf<V[P]> };
}[keyof V & string];

/**
 * Declares an enum of Rust, variant by variant as Rust has it. Its values are as serde writes them: `"Stop"` for a variant that
 * holds nothing, else an object of one key, `{ Test: … }`.
 *
 * | Rust | here | a value |
 * | --- | --- | --- |
 * | `Stop` | `Stop: unitVariant` | `"Stop"` |
 * | `None(())` | `None: unit` | `{ None: [] }` |
 * | `Text(String)` | `Text: text` | `{ Text: "hello" }` |
 * | `Pair(u8, String)` | `Pair: tuple(u8, text)` | `{ Pair: [7, "x"] }` |
 * | `Point { x: i32, y: f64 }` | `Point: struct({ x: i32, y: f64 })` | `{ Point: { x: 1, y: 2 } }` |
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
 * // Typed at both ends: `context.publish(test, { Point: [1, 2.5] })` sends two floats.
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
 * @throws {CaryatidError} `INVALID_OPTION` without any variant
 */
export function defineEnum<const V extends Variants>(
  variants: V,
): RustType<EnumInput<V>, EnumOutput<V>> {
  const names = Object.keys(variants);
  if (names.length === 0) {
    throw new CaryatidError(
      "INVALID_OPTION",
      "Cannot define an enum: found no variants, wanted at least one",
      { hint: "defineEnum({ Stop: unitVariant, … })" },
    );
  }
  const convert = (direction: "toWire" | "fromWire") => (value: unknown) =>
    typeof value === "string"
      ? unitOf(variants, names, value)
      : contentOf(variants, names, value, direction);
  return new RustType<EnumInput<V>, EnumOutput<V>>({
    name: "enum",
    toWire: convert("toWire"),
    fromWire: convert("fromWire") as (value: unknown) => EnumOutput<V>,
  });
}

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
  direction: "toWire" | "fromWire",
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

/** Rust reads a unit variant from these, too. */
function emptied(name: string, content: unknown): string {
  const isEmpty = content === null ||
    Array.isArray(content) && content.length === 0;
  if (isEmpty) return name;
  throw mismatch(content, `the text "${name}" alone`);
}

function isUnitVariant(type: AnyRustType | UnitVariant): type is UnitVariant {
  return "kind" in type;
}
