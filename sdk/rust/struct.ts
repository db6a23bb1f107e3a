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

/** Names of the fields that can be omitted. */
export type Omittable<F extends Fields> = {
  [K in keyof F]: undefined extends InputOf<F[K]> ? K : never;
}[keyof F];

/** Type of the structs that are sent. An `option` can be omitted. */
export type StructInput<F extends Fields> =
  & { readonly [K in Exclude<keyof F, Omittable<F>>]: InputOf<F[K]> }
  & { readonly [K in Omittable<F>]?: InputOf<F[K]> };
/** Type of the structs that are received. */
export type StructOutput<F extends Fields> = {
  readonly [K in keyof F]: OutputOf<F[K]>;
};

/**
 * Returns the type of a struct with named fields, or of the content of a struct
 * variant.
 *
 * A sent value with an undeclared field is rejected, because the field would be
 * lost. In a received value, such a field is ignored, as in serde. Fields are
 * always sent in the order of the declaration.
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
            new Mismatch(`unknown; expected ${Object.keys(fields).join(", ")}`),
          );
        }
      }
      return convertFields(types, table, "toWire", "omitted");
    },
    fromWire: (value) =>
      convertFields(types, tableOf(value), "fromWire", "unsent") as never,
    toJson: (value) => convertFields(types, tableOf(value), "toJson", "unsent"),
  });
}

/**
 * Converts all fields. Copies the table only if a field changes, is missing, is
 * undeclared or is out of order.
 */
function convertFields(
  types: readonly (readonly [string, AnyRustType])[],
  table: Readonly<Record<string, unknown>>,
  direction: "toWire" | "fromWire" | "toJson",
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

/**
 * Returns true if `keys` are in the order of the declaration, as serde sends
 * them. Some receivers identify fields by their position.
 */
function hasOrder(
  keys: readonly string[],
  types: readonly (readonly [string, AnyRustType])[],
): boolean {
  return keys.length === types.length &&
    keys.every((key, at) => key === types[at]![0]);
}

/** Sets a property, even if its key is `__proto__`. */
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
