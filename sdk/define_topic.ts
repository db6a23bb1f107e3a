import type {
  SchemaInput,
  SchemaOutput,
  StandardSchema,
} from "./standard_schema.ts";
import { validatePattern } from "./topic.ts";

/**
 * A topic, or a pattern of topics, whose messages have a known form.
 *
 * `Input` is what is published, `Output` what a subscriber gets; they differ only where the schema transforms.
 */
export interface TypedTopic<
  Input = unknown,
  Output = Input,
  AnswerInput = unknown,
  AnswerOutput = AnswerInput,
> {
  /** The topic, or a pattern to subscribe to. */
  readonly name: string;
  /** Checks messages, at both ends. */
  readonly schema: StandardSchema<Input, Output>;
  /** Checks answers to requests, at both ends. */
  readonly answer: StandardSchema<AnswerInput, AnswerOutput> | undefined;
}

/**
 * Gives the messages of a topic a schema: publishers and subscribers are typed by it and checked at run time.
 *
 * A message that doesn't fit makes `publish` reject with `INVALID_MESSAGE`; one that arrives from elsewhere is dropped, counted
 * and logged. The original object is delivered unless the schema transformed it.
 *
 * @param name the topic, or a pattern for what is only subscribed to or handled
 * @param schema of any library that keeps the Standard Schema
 * @param options `answer`: the schema of what requests on it are answered with
 *
 * @example
 * ```ts
 * import { defineTopic } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 * import { z } from "zod";
 *
 * const tick = defineTopic("clock.tick", z.object({ number: z.number().int() }));
 * assert.equal(tick.name, "clock.tick");
 * ```
 * @throws {CaryatidError} `INVALID_TOPIC` if `name` is over 255 UTF-8 bytes or has a lone surrogate
 */
export function defineTopic<
  S extends StandardSchema,
  A extends StandardSchema = StandardSchema,
>(
  name: string,
  schema: S,
  options: { readonly answer?: A } = {},
): TypedTopic<
  SchemaInput<S>,
  SchemaOutput<S>,
  SchemaInput<A>,
  SchemaOutput<A>
> {
  return {
    name: validatePattern(name),
    schema: schema as StandardSchema<SchemaInput<S>, SchemaOutput<S>>,
    answer: options.answer as
      | StandardSchema<SchemaInput<A>, SchemaOutput<A>>
      | undefined,
  };
}
