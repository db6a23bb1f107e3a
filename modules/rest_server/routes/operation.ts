import type { StandardSchema } from "@caryatid/sdk";
import type { JsonSchema } from "./json_schema.ts";

/**
 * OpenAPI operation of one route, as a module announces it to servers, in plain
 * JSON. References in a schema refer to parts of that schema.
 */
export interface Operation {
  /** Name of the operation, unique in a document. */
  readonly operationId?: string;
  /** Short description, in a few words. */
  readonly summary?: string;
  /** Further description. */
  readonly description?: string;
  /** Groups that the operation belongs to. */
  readonly tags?: readonly string[];
  /** True if clients should no longer use the operation. */
  readonly deprecated?: boolean;
  /** Parameters in path, query and headers. */
  readonly parameters: readonly Parameter[];
  /** Body, if the operation takes one. */
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Content;
  };
  /** Answers by status. */
  readonly responses: Readonly<Record<string, OperationResponse>>;
}

/**
 * A parameter of a route. Those of its path have the names that the path has.
 */
export interface Parameter {
  /** Name of the parameter. */
  readonly name: string;
  /** Part of the request that has the parameter. */
  readonly in: "path" | "query" | "header";
  /** True if a request must have the parameter. */
  readonly required: boolean;
  /** Purpose of the parameter. */
  readonly description?: string;
  /** Schema of the value. */
  readonly schema: JsonSchema;
}

/** An answer of a route. */
export interface OperationResponse {
  /** Condition for the answer. */
  readonly description: string;
  /** Body, if it is declared. */
  readonly content?: Content;
}

/** Schemas by media type. */
export type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

/**
 * Returns true if a message from the bus can be an operation: another version
 * of this package may have sent it.
 */
export function isOperation(value: unknown): value is Operation {
  if (!isRecord(value)) return false;
  const { parameters, requestBody, responses, tags } = value;
  return Array.isArray(parameters) && parameters.every(isParameter) &&
    (requestBody === undefined ||
      isRecord(requestBody) && isContent(requestBody["content"])) &&
    isRecord(responses) && Object.entries(responses).every(isResponse) &&
    (tags === undefined || Array.isArray(tags) && tags.every(isText)) &&
    ["operationId", "summary", "description"].every((key) =>
      value[key] === undefined || isText(value[key])
    );
}

/**
 * Returns true if a schema takes `undefined`: the body may be left out then.
 */
export function isOptional(schema: StandardSchema): boolean {
  try {
    const result = schema["~standard"].validate(undefined);
    if (!(result instanceof Promise)) return result.issues === undefined;
    result.catch(() => {}); // the result of this check is not needed
  } catch {
    // a schema that throws does not take `undefined`
  }
  return false;
}

function isParameter(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { name, in: place, description, schema } = value;
  return isText(name) && isRecord(schema) &&
    (place === "path" || place === "query" || place === "header") &&
    (description === undefined || isText(description));
}

function isResponse([status, value]: [string, unknown]): boolean {
  return /^[1-5]\d\d$/.test(status) && isRecord(value) &&
    isText(value["description"]) &&
    (value["content"] === undefined || isContent(value["content"]));
}

function isContent(value: unknown): boolean {
  return isRecord(value) &&
    Object.values(value).every((media) =>
      isRecord(media) && isRecord(media["schema"])
    );
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
