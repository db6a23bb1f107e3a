import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import type { OpenApiDocument } from "../document_types.ts";
import { targetOf } from "../../routes/json_schema.ts";

/**
 * Fails unless the document matches the schema of OpenAPI 3.1, and all its
 * references have a target.
 */
export async function assertValid(document: OpenApiDocument): Promise<void> {
  const validator = new Validator();
  const copy = JSON.parse(JSON.stringify(document));
  const { valid, errors } = await validator.validate(copy);
  assert(valid, JSON.stringify(errors, null, 2));
  assert.equal(validator.version, "3.1");
  JSON.stringify(document, (key, value) => {
    if (key === "$ref" && typeof value === "string") {
      assert(targetOf(value, { ...document }), `${value} leads nowhere`);
    }
    return value;
  });
  assertParameters(document);
}

/**
 * Checks what the schema cannot: the names in a path are exactly the path
 * parameters of its operations.
 */
function assertParameters({ paths }: OpenApiDocument): void {
  for (const [path, item] of Object.entries(paths)) {
    const names = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name);
    assert.deepEqual(new Set(names).size, names.length, path);
    for (const { parameters } of Object.values(item)) {
      const own = parameters.filter((parameter) => parameter.in === "path");
      assert.deepEqual(own.map(({ name }) => name).sort(), names.sort(), path);
      assert(own.every(({ required }) => required), path);
    }
  }
}
