import type { SchemaResult, StandardSchema } from "./standard_schema.ts";

/**
 * Schema that converts a message before it is sent, for receivers that expect
 * another format. `validate` converts the sent value back into the message.
 *
 * A topic with such a schema publishes the result of `encode`, on every bus.
 * Any other schema only validates the published message.
 */
export interface WireSchema<Input = unknown, Output = Input>
  extends StandardSchema<Input, Output> {
  /** Properties in addition to those of the Standard Schema. */
  readonly "~wire": {
    /**
     * Returns the value to send, or the issues of the message. Returns the same
     * object if nothing has to change.
     */
    readonly encode: (value: unknown) => SchemaResult<unknown>;
    /**
     * Returns a received message as the other language writes it in JSON, or
     * its issues: for files that the other language reads.
     */
    readonly toJson?: (value: unknown) => SchemaResult<unknown>;
  };
}

/**
 * Returns true if `schema` is a {@linkcode WireSchema}, of this or another
 * loaded copy of the SDK.
 */
export function isWireSchema(schema: StandardSchema): schema is WireSchema {
  return "~wire" in schema;
}

/**
 * Number that is sent as a float even if it is whole.
 *
 * JavaScript does not distinguish 1 from 1.0. A whole number is therefore sent
 * as an integer, which Rust rejects in an `f64` field. Wrap the values of such
 * fields in `Float`; `f64` of `@caryatid/sdk/rust` does so automatically.
 *
 * In memory, a `Float` calculates, compares and prints like a number. An
 * external bus delivers it as a plain number, the in-memory bus as the `Float`
 * itself. Any other `Number` object (`Object(1)`) is sent in the same way.
 *
 * @example A field that is `f64` in Rust
 * ```ts
 * import { decode, encode } from "@caryatid/process/codec";
 * import { Float } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * const y = new Float(2);
 * assert.equal(encode({ y }).toHex(), "a16179fb4000000000000000");
 * assert.equal(encode({ y: 2 }).toHex(), "a1617902");
 * assert.deepEqual(decode(encode({ y })), { y: 2 });
 * ```
 */
export class Float extends Number {
  /** Takes any number, whole or not, and sends it as `f64`. */
  constructor(value: number) {
    super(value);
  }
}
