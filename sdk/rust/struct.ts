import { tableOf } from "./containers.ts";
import { Mismatch, mismatchIn } from "./mismatch.ts";
import {
  type AnyRustType,
  type InputOf,
  type OutputOf,
  RustType,
} from "./rust_type.ts";

/** Fields by the names that serde gives them. */
export type Fields = Readonly<Record<string, AnyRustType>>;

/** Names of the fields that may be omitted. */
export type Omittable<F extends Fields> = {
  [K in keyof F]: undefined extends InputOf<F[K]> ? K : never;
}[keyof F];

/** What is given for a struct: an `option` may be omitted. */
export type StructInput<F extends Fields> =
  & { readonly [K in Exclude<keyof F, Omittable<F>>]: InputOf<F[K]> }
  & { readonly [K in Omittable<F>]?: InputOf<F[K]> };
/** What a struct gives. */
export type StructOutput<F extends Fields> = {
  readonly [K in keyof F]: OutputOf<F[K]>;
};

/**
 * A struct with named fields, or what a struct variant holds.
 *
 * A field that it doesn't know is refused where it is given, as it would be lost, and ignored where it is heard, as serde does.
 * Fields are sent in the order of the declaration, whatever order they are given in.
 *
 * @example
 * ```ts
 * import { defineTopic } from "@caryatid/sdk";
 * import { f64, option, struct, text } from "@caryatid/sdk/rust";
 *
 * // struct Reading { place: String, celsius: f64, note: Option<String> }
 * const reading = struct({ place: text, celsius: f64, note: option(text) });
 * const readings = defineTopic("weather.reading", reading);
 * ```
 */
export function struct<const F extends Fields>(
  fields: F,
): RustType<StructInput<F>, StructOutput<F>> {
  const types = Object.entries(fields);
  return new RustType<StructInput<F>, StructOutput<F>>({
    name: "struct",
    toWire: (value) => {
      const table = tableOf(value);
      for (const key in table) {
        if (!Object.hasOwn(fields, key) && table[key] !== undefined) {
          throw mismatchIn(
            key,
            new Mismatch(`unknown, wanted ${Object.keys(fields).join(", ")}`),
          );
        }
      }
      return convertFields(types, table, "toWire", "omitted");
    },
    fromWire: (value) =>
      convertFields(types, tableOf(value), "fromWire", "unsent") as never,
  });
}

/** Copies only if a field changes, is missing, not for us, or out of order. */
function convertFields(
  types: readonly (readonly [string, AnyRustType])[],
  table: Readonly<Record<string, unknown>>,
  direction: "toWire" | "fromWire",
  fallback: "omitted" | "unsent",
): unknown {
  const copy: Record<string, unknown> = {};
  let changed = false;
  for (const [key, { conversion }] of types) {
    try {
      const given = Object.hasOwn(table, key) ? table[key] : undefined;
      const value = given === undefined ? conversion[fallback] : given;
      if (value === undefined) throw new Mismatch("missing");
      const converted = conversion[direction](value);
      changed ||= !Object.is(converted, given);
      define(copy, key, converted);
    } catch (thrown) {
      throw mismatchIn(key, thrown);
    }
  }
  changed ||= !hasOrder(Object.keys(table), types);
  return changed ? copy : table;
}

/** Whether these are the keys in the order of the declaration, as serde sends them: some readers know fields by their place. */
function hasOrder(
  keys: readonly string[],
  types: readonly (readonly [string, AnyRustType])[],
): boolean {
  return keys.length === types.length &&
    keys.every((key, at) => key === types[at]![0]);
}

/** A field may be called `__proto__`. */
function define(
  object: Record<string, unknown>,
  key: string,
  value: unknown,
): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else {
    object[key] = value;
  }
}
