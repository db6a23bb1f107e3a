import type { SchemaResult, StandardSchema } from "./standard_schema.ts";

/**
 * A schema that also says what is sent in place of a message, for what others want in a form of their own. `validate` makes the
 * message of what was sent.
 *
 * A topic with such a schema publishes what `encode` gives, on every bus; any other schema only checks what is published.
 */
export interface WireSchema<Input = unknown, Output = Input>
  extends StandardSchema<Input, Output> {
  /** Beside what the Standard Schema has. */
  readonly "~wire": {
    /** Gives what is sent, or what is wrong with the message. The message itself where nothing has to be changed. */
    readonly encode: (value: unknown) => SchemaResult<unknown>;
  };
}

/** Whether what is sent differs from what is published, by this or another loaded copy of the SDK. */
export function isWireSchema(schema: StandardSchema): schema is WireSchema {
  return "~wire" in schema;
}
