import { mismatch, mismatchIn } from "./mismatch.ts";
import {
  type AnyRustType,
  type InputOf,
  type OutputOf,
  RustType,
} from "./rust_type.ts";

/**
 * `Option<T>`: null, or a `T`. May be omitted where it is given.
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
  const { name, toWire, fromWire } = type.conversion;
  return new RustType<Input | null | undefined, Output | null>({
    name: `Option<${name}>`,
    omitted: null,
    unsent: null,
    toWire: (value) => value === null ? null : toWire(value),
    fromWire: (value) => value === null ? null : fromWire(value),
  });
}

/**
 * `Vec<T>`, and whatever else serde sends as a sequence: an array.
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
  const { name, toWire, fromWire } = type.conversion;
  const wanted = `an array of ${name}`;
  return new RustType({
    name: `Vec<${name}>`,
    toWire: (value) => convertAll(arrayOf(value, wanted), () => toWire),
    fromWire: (value) =>
      convertAll(arrayOf(value, wanted), () => fromWire) as Output[],
  });
}

/** What is given for a tuple of these types. */
export type TupleInput<T extends readonly AnyRustType[]> = {
  readonly [I in keyof T]: InputOf<T[I]>;
};
/** What a tuple of these types gives. */
export type TupleOutput<T extends readonly AnyRustType[]> = {
  readonly [I in keyof T]: OutputOf<T[I]>;
};

/**
 * A tuple, a tuple struct, or what a tuple variant holds: an array of exactly that many.
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
  });
}

/**
 * `HashMap<String, T>` or `BTreeMap<String, T>`: an object. Keys of other types don't travel.
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
  const { name, toWire, fromWire } = type.conversion;
  return new RustType({
    name: `HashMap<String, ${name}>`,
    toWire: (value) => convertValues(tableOf(value), toWire),
    fromWire: (value) =>
      convertValues(tableOf(value), fromWire) as Record<string, Output>,
  });
}

/**
 * A type that is made of itself, as `Box` allows in Rust. TypeScript wants its type written down.
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
 * const tree: RustType<Tree> = struct({ name: text, children: list(lazy(() => tree)) });
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
  });
}

/** An object whose keys are its own to choose: no instance of a class. */
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

/** Copies at the first element that changes: most have none. */
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
