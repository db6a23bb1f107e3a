import type { StandardSchema } from "@caryatid/sdk";
import type { JsonSchema } from "./json_schema.ts";

/** What OpenAPI says of one route: as a module announces it to servers, plain JSON. References in a schema are its own. */
export interface Operation {
  /** Its name, unique in a document. */
  readonly operationId?: string;
  /** What it does, in a few words. */
  readonly summary?: string;
  /** What else is to be known. */
  readonly description?: string;
  /** What it belongs to. */
  readonly tags?: readonly string[];
  /** Whether it should be used no more. */
  readonly deprecated?: boolean;
  /** Of path, query and headers. */
  readonly parameters: readonly Parameter[];
  /** The body, where there is one. */
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Content;
  };
  /** By status. */
  readonly responses: Readonly<Record<string, OperationResponse>>;
}

/** A parameter of a route. Those of its path have the names that the path has. */
export interface Parameter {
  /** What it is called there. */
  readonly name: string;
  /** Where it stands. */
  readonly in: "path" | "query" | "header";
  /** Whether it has to be there. */
  readonly required: boolean;
  /** What it is for. */
  readonly description?: string;
  /** What it may be. */
  readonly schema: JsonSchema;
}

/** An answer of a route. */
export interface OperationResponse {
  /** When it is given. */
  readonly description: string;
  /** Its body, where something is known of it. */
  readonly content?: Content;
}

/** Schemas by media type. */
export type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

/** Whether a message from the bus can be an operation: another version of this package may have sent it. */
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

/** Whether a schema takes `undefined`: a body may be left out then. */
export function isOptional(schema: StandardSchema): boolean {
  try {
    const result = schema["~standard"].validate(undefined);
    if (!(result instanceof Promise)) return result.issues === undefined;
    result.catch(() => {}); // nobody asked it in earnest
  } catch {
    // it isn't, then
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
