import type { SchemaResult } from "../standard_schema.ts";
import type { WireSchema } from "../wire.ts";
import { Mismatch } from "./mismatch.ts";

/** Conversion of a {@linkcode RustType}. */
export interface Conversion<Output> {
  /** Name of the type in Rust, for error messages. */
  readonly name: string;
  /**
   * Returns the value to send: the same object if nothing changes. Throws a
   * `Mismatch` if the value does not fit the type.
   */
  readonly toWire: (value: unknown) => unknown;
  /**
   * Converts a received value. Throws a `Mismatch` if it does not fit the type.
   */
  readonly fromWire: (value: unknown) => Output;
  /**
   * Converts a received value to the value that serde_json writes. Unless set,
   * the received value is checked and written as it is.
   */
  readonly toJson?: (value: unknown) => unknown;
  /** Default of an omitted value when it is sent, if it can be omitted. */
  readonly omitted?: unknown;
  /** Default of a missing field when it is received, if Rust accepts that. */
  readonly unsent?: unknown;
}

/**
 * Type of Rust. `Input` is the type of the values that TypeScript sends,
 * `Output` the type of those that it receives. Between them, values have the
 * format of serde.
 *
 * It is a Standard Schema, so {@linkcode defineTopic} accepts it. Published
 * messages are sent in the format of serde; received ones become values of
 * TypeScript.
 *
 * @example Validate without a topic
 * ```ts
 * import { u8 } from "@caryatid/sdk/rust";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(u8["~standard"].validate(256), {
 *   issues: [{ message: "found 256; expected a u8", path: [] }],
 * });
 * ```
 */
export class RustType<Input, Output = Input>
  implements WireSchema<Input, Output> {
  /** Conversion of its values. Types that contain this type call it. */
  readonly conversion:
    & Required<Pick<Conversion<Output>, "toJson">>
    & Conversion<Output>;
  /** Properties of the Standard Schema. */
  readonly "~standard": WireSchema<Input, Output>["~standard"];
  /** Encoder of sent messages, as in {@linkcode WireSchema}. */
  readonly "~wire": WireSchema<Input, Output>["~wire"];

  /**
   * Creates a custom type:
   * `new RustType<Money, Money>({ name: "Money", toWire, fromWire })`.
   */
  constructor(conversion: Conversion<Output>) {
    const { toWire, fromWire } = conversion;
    const checked = (value: unknown) => {
      fromWire(value);
      return value;
    };
    const { toJson = checked } = conversion;
    this.conversion = { ...conversion, toJson };
    this["~standard"] = {
      version: 1,
      vendor: "caryatid",
      validate: (value) => attempt(fromWire, value),
    };
    this["~wire"] = {
      encode: (value) => attempt(toWire, value),
      toJson: (value) => attempt(toJson, value),
    };
  }
}

/** Any type of Rust. */
export type AnyRustType = RustType<unknown, unknown>;

/** Type of the values that are sent. */
export type InputOf<T> = T extends RustType<infer Input, infer _> ? Input
  : never;
/** Type of the values that are received. */
export type OutputOf<T> = T extends RustType<infer _, infer Output> ? Output
  : never;

function attempt<T>(
  convert: (value: unknown) => T,
  value: unknown,
): SchemaResult<T> {
  try {
    return { value: convert(value) };
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    return { issues: [{ message: error.message, path: error.path }] };
  }
}
