/**
 * JSON Schema of a Standard Schema. It is separate from
 * `@caryatid/sdk/internal/host` because most processes never need it, and every
 * file takes time at the start.
 *
 * @module
 */
import type { StandardSchema } from "./standard_schema.ts";

/** A schema as JSON Schema of the draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** https://standardschema.dev/json-schema, as far as it is used here. */
interface StandardJsonSchema {
  readonly version: 1;
  readonly jsonSchema?: {
    readonly [Side in "input" | "output"]?: (options: {
      readonly target: string;
      readonly libraryOptions?: Readonly<Record<string, unknown>>;
    }) => unknown;
  };
}

/**
 * Of zod: a part without a JSON Schema, a date for example, takes anything,
 * instead of an error for the whole.
 */
const LIBRARY_OPTIONS = { unrepresentable: "any" };

/**
 * Returns the input or the output of a schema as JSON Schema. Returns `{}`,
 * which is anything, if the library of the schema does not offer that (Standard
 * JSON Schema: zod from 4.2, arktype, valibot's adapter).
 *
 * @example
 * ```ts
 * import { jsonSchemaOf } from "@caryatid/sdk/internal/json-schema";
 * import assert from "node:assert/strict";
 * import { z } from "zod";
 *
 * assert.deepEqual(jsonSchemaOf(z.string(), "input"), { type: "string" });
 * ```
 */
export function jsonSchemaOf(
  schema: StandardSchema,
  side: "input" | "output",
): JsonSchema {
  const standard: StandardJsonSchema = schema["~standard"];
  let described: unknown;
  try {
    described = plain(
      standard.jsonSchema?.[side]?.({
        target: "draft-2020-12",
        libraryOptions: LIBRARY_OPTIONS,
      }),
    );
  } catch {
    return {}; // it has a part that JSON Schema cannot express
  }
  if (!isSchema(described)) return {};
  const { $schema: _, ...rest } = described;
  return rest;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Copies a value as JSON, without functions, cycles and shared objects. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
