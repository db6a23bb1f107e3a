import { Mismatch, mismatch, mismatchIn } from "./mismatch.ts";
import {
  type AnyRustType,
  type InputOf,
  type OutputOf,
  RustType,
} from "./rust_type.ts";

/**
 * Returns the type `Option<T>`: null or a `T`. A sender can omit the value. A
 * received empty array is null unless it fits `T`: Rust sends the null of a
 * `serde_json::Value` as an empty array.
 *
 * @example
 * ```ts
 * import { option, u8 } from "@caryatid/sdk/rust";
 * import assert from "node:assert/strict";
 *
 * const { validate } = option(u8)["~standard"];
 * assert.deepEqual(validate(null), { value: null });
 * assert.deepEqual(validate(7), { value: 7 });
 * ```
 */
export function option<Input, Output>(
  type: RustType<Input, Output>,
): RustType<Input | null | undefined, Output | null> {
  const { name, toWire, fromWire, toJson } = type.conversion;
  return new RustType<Input | null | undefined, Output | null>({
    name: `Option<${name}>`,
    omitted: null,
    unsent: null,
    toWire: (value) => value === null ? null : toWire(value),
    fromWire: orNull(fromWire),
    toJson: orNull(toJson),
  });
}

/** Returns a conversion of received values that accepts null, too. */
function orNull<T>(
  convert: (value: unknown) => T,
): (value: unknown) => T | null {
  return (value) => {
    if (value === null) return null;
    try {
      return convert(value);
    } catch (thrown) {
      if (thrown instanceof Mismatch && isEmptyArray(value)) return null;
      throw thrown;
    }
  };
}

/** Returns true for the form in which Rust sends the null of its JSON. */
function isEmptyArray(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/**
 * Returns the type `Vec<T>`, or any other that serde sends as a sequence. Its
 * values are arrays.
 *
 * @example
 * ```ts
 * import { list, u8 } from "@caryatid/sdk/rust";
 * import assert from "node:assert/strict";
 *
 * const { validate } = list(u8)["~standard"];
 * assert.deepEqual(validate([1, 2]), { value: [1, 2] });
 * ```
 */
export function list<Input, Output>(
  type: RustType<Input, Output>,
): RustType<readonly Input[], readonly Output[]> {
  const { name, toWire, fromWire, toJson } = type.conversion;
  const wanted = `an array of ${name}`;
  return new RustType({
    name: `Vec<${name}>`,
    toWire: (value) => convertAll(arrayOf(value, wanted), () => toWire),
    fromWire: (value) =>
      convertAll(arrayOf(value, wanted), () => fromWire) as Output[],
    toJson: (value) => convertAll(arrayOf(value, wanted), () => toJson),
  });
}

/** Type of the tuples that are sent, from the types of their items. */
export type TupleInput<T extends readonly AnyRustType[]> = {
  readonly [I in keyof T]: InputOf<T[I]>;
};
/** Type of the tuples that are received, from the types of their items. */
export type TupleOutput<T extends readonly AnyRustType[]> = {
  readonly [I in keyof T]: OutputOf<T[I]>;
};

/**
 * Returns the type of a tuple, a tuple struct or the content of a tuple
 * variant. Its values are arrays of exactly that many items.
 *
 * @example
 * ```ts
 * import { text, tuple, u8 } from "@caryatid/sdk/rust";
 * import assert from "node:assert/strict";
 *
 * const { validate } = tuple(text, u8)["~standard"];
 * assert.deepEqual(validate(["a", 1]), { value: ["a", 1] });
 * assert("issues" in await validate(["a"]));
 * ```
 */
export function tuple<const T extends readonly AnyRustType[]>(
  ...types: T
): RustType<TupleInput<T>, TupleOutput<T>> {
  const name = `(${types.map(({ conversion }) => conversion.name).join(", ")})`;
  const wanted = `an array of ${types.length}: ${name}`;
  const check = (value: unknown) => {
    const array = arrayOf(value, wanted);
    if (array.length !== types.length) throw mismatch(value, wanted);
    return array;
  };
  return new RustType({
    name,
    toWire: (value) =>
      convertAll(check(value), (index) => types[index]!.conversion.toWire),
    fromWire: (value) =>
      convertAll(
        check(value),
        (index) => types[index]!.conversion.fromWire,
      ) as TupleOutput<T>,
    toJson: (value) =>
      convertAll(check(value), (index) => types[index]!.conversion.toJson),
  });
}

/**
 * Returns the type `HashMap<String, T>` or `BTreeMap<String, T>`. Its values
 * are objects. Maps with keys of another type are not supported.
 *
 * @example
 * ```ts
 * import { map, u8 } from "@caryatid/sdk/rust";
 * import assert from "node:assert/strict";
 *
 * const { validate } = map(u8)["~standard"];
 * assert.deepEqual(validate({ a: 1 }), { value: { a: 1 } });
 * ```
 */
export function map<Input, Output>(
  type: RustType<Input, Output>,
): RustType<Readonly<Record<string, Input>>, Readonly<Record<string, Output>>> {
  const { name, toWire, fromWire, toJson } = type.conversion;
  return new RustType({
    name: `HashMap<String, ${name}>`,
    toWire: (value) => convertValues(tableOf(value), toWire),
    fromWire: (value) =>
      convertValues(tableOf(value), fromWire) as Record<string, Output>,
    toJson: (value) => convertValues(tableOf(value), toJson),
  });
}

/**
 * Returns a type that can contain itself, as with `Box` in Rust. TypeScript
 * needs an explicit type annotation for it.
 *
 * @example
 * ```ts
 * import { lazy, list, RustType, struct, text } from "@caryatid/sdk/rust";
 * import assert from "node:assert/strict";
 *
 * interface Tree {
 *   readonly name: string;
 *   readonly children: readonly Tree[];
 * }
 * const tree: RustType<Tree> = struct({
 *   name: text,
 *   children: list(lazy(() => tree)),
 * });
 * const value = { name: "a", children: [{ name: "b", children: [] }] };
 * assert.deepEqual(tree["~standard"].validate(value), { value });
 * ```
 */
export function lazy<Input, Output>(
  type: () => RustType<Input, Output>,
): RustType<Input, Output> {
  return new RustType<Input, Output>({
    name: "Box",
    toWire: (value) => type().conversion.toWire(value),
    fromWire: (value) => type().conversion.fromWire(value),
    toJson: (value) => type().conversion.toJson(value),
  });
}

/**
 * Returns `value` if it is a plain object. Throws a `Mismatch` if it is another
 * value, such as an instance of a class.
 */
export function tableOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) {
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      return value as Record<string, unknown>;
    }
  }
  throw mismatch(value, "an object");
}

function arrayOf(value: unknown, wanted: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw mismatch(value, wanted);
}

/**
 * Converts all elements. Copies the array only if an element changes, because
 * in most arrays none does.
 */
function convertAll(
  array: readonly unknown[],
  conversion: (index: number) => (value: unknown) => unknown,
): readonly unknown[] {
  let copy: unknown[] | undefined;
  let index = 0;
  try {
    for (; index < array.length; index++) {
      const value = array[index];
      const converted = conversion(index)(value);
      if (copy) copy.push(converted);
      else if (!Object.is(converted, value)) {
        copy = array.slice(0, index);
        copy.push(converted);
      }
    }
  } catch (thrown) {
    throw mismatchIn(index, thrown);
  }
  return copy ?? array;
}

function convertValues(
  table: Readonly<Record<string, unknown>>,
  convert: (value: unknown) => unknown,
): Readonly<Record<string, unknown>> {
  let changed = false;
  const entries = Object.entries(table).map(([key, value]) => {
    try {
      const converted = convert(value);
      changed ||= !Object.is(converted, value);
      return [key, converted];
    } catch (thrown) {
      throw mismatchIn(key, thrown);
    }
  });
  return changed ? Object.fromEntries(entries) : table;
}
