import type { SchemaResult } from "../standard_schema.ts";
import type { WireSchema } from "../wire_schema.ts";
import { Mismatch } from "./mismatch.ts";

/** How a {@linkcode RustType} converts. */
export interface Conversion<Output> {
  /** As Rust calls it, in errors. */
  readonly name: string;
  /** What is sent for a value; the value itself where nothing changes. Throws a `Mismatch`. */
  readonly toWire: (value: unknown) => unknown;
  /** The value of what was sent. Throws a `Mismatch`. */
  readonly fromWire: (value: unknown) => Output;
  /** What an omitted value stands for, if it may be omitted. */
  readonly omitted?: unknown;
  /** What a field stands for that wasn't sent, if Rust takes it. */
  readonly unsent?: unknown;
}

/**
 * A type of Rust: what TypeScript gives (`Input`) and gets (`Output`), and the form that serde wants between them.
 *
 * It is a Standard Schema, so that {@linkcode defineTopic} takes it: what is published is sent in serde's form, what is heard is
 * given as the values of TypeScript.
 *
 * @example Of its own, without a topic
 * ```ts
 * import { u8 } from "@caryatid/sdk/rust";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(u8["~standard"].validate(256), {
 *   issues: [{ message: "found 256, wanted a u8", path: [] }],
 * });
 * ```
 */
export class RustType<Input, Output = Input>
  implements WireSchema<Input, Output> {
  /** How it converts: for types that are made of this one. */
  readonly conversion: Conversion<Output>;
  /** What the Standard Schema wants. */
  readonly "~standard": WireSchema<Input, Output>["~standard"];
  /** What a topic sends. */
  readonly "~wire": WireSchema<Input, Output>["~wire"];

  /** Types of your own: `new RustType<Money, Money>({ name: "Money", toWire, fromWire })`. */
  constructor(conversion: Conversion<Output>) {
    const { toWire, fromWire } = conversion;
    this.conversion = conversion;
    this["~standard"] = {
      version: 1,
      vendor: "caryatid",
      validate: (value) => attempt(fromWire, value),
    };
    this["~wire"] = { encode: (value) => attempt(toWire, value) };
  }
}

/** Any type of Rust, whatever it converts. */
export type AnyRustType = RustType<unknown, unknown>;

/** What is given for a type. */
export type InputOf<T> = T extends RustType<infer Input, infer _> ? Input
  : never;
/** What a type gives. */
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
