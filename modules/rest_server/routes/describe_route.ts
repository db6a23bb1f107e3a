import type { StandardSchema } from "@caryatid/sdk";
import { jsonSchemaOf } from "@caryatid/sdk/internal/json-schema";

import type { RouteDefinition } from "./route_definition.ts";
import {
  branchesOf,
  isSchema,
  type JsonSchema,
  propertiesOf,
  typesOf,
} from "./json_schema.ts";
import {
  type Content,
  isOptional,
  type Operation,
  type OperationResponse,
  type Parameter,
} from "./operation.ts";
import { namesIn } from "./path_template.ts";

/** Media types of binary bodies. */
export const VALUES: readonly string[] = [
  "application/json",
  "application/cbor",
];

/** Headers that OpenAPI describes in other places. */
const OTHER_HEADERS: ReadonlySet<string> = new Set([
  "accept",
  "authorization",
  "content-type",
]);

/** Description of a route for OpenAPI. */
export function describeRoute(route: RouteDefinition): Operation {
  const { operationId, summary, description, tags, deprecated } = route;
  const { body } = route;
  return {
    ...(operationId !== undefined && { operationId }),
    ...(summary !== undefined && { summary }),
    ...(description !== undefined && { description }),
    ...(tags !== undefined && { tags: [...tags] }),
    ...(deprecated && { deprecated }),
    parameters: [
      ...pathParameters(route.path, route.params),
      ...parameters("query", route.query),
      ...parameters("header", route.headers)
        .filter(({ name }) => !OTHER_HEADERS.has(name)),
    ],
    ...(body && {
      requestBody: {
        required: !isOptional(body),
        content: contentOf(route.media ?? VALUES, jsonSchemaOf(body, "input")),
      },
    }),
    responses: responsesOf(route),
  };
}

/** Returns the parameters of a path as texts, for a route without `params`. */
export function pathParameters(
  path: string,
  schema?: StandardSchema,
): readonly Parameter[] {
  const known = parameters("path", schema);
  return namesIn(path).map((name) => {
    const rest = name === "*" &&
      { description: "what is left of the path, with its slashes" };
    const configured = known.find((parameter) => parameter.name === name) ??
      { name, in: "path", schema: { type: "string" } };
    return { ...rest, ...configured, required: true };
  });
}

function parameters(
  place: Parameter["in"],
  schema: StandardSchema | undefined,
): readonly Parameter[] {
  if (schema === undefined) return [];
  const root = jsonSchemaOf(schema, "input");
  const required = branchesOf(root, root)
    .filter((branch) => !isAlternative(branch, root))
    .flatMap((branch) => branch["required"]);
  return [...propertiesOf(root)].map(([name, schemas]) => {
    const [first = {}] = schemas;
    const { description } = first;
    const one = schemas.length === 1 ? first : { anyOf: schemas };
    return {
      name,
      in: place,
      required: required.includes(name),
      ...(typeof description === "string" && { description }),
      schema: partOf(root, one),
    };
  });
}

/** Returns a part as a separate schema, with the parts that it refers to. */
function partOf(root: JsonSchema, part: JsonSchema): JsonSchema {
  const { $defs } = root;
  const whole = isSchema($defs) ? { ...part, $defs } : part;
  // A part that contains the root would refer to another root here.
  return /"\$ref":"#(?!\/\$defs\/)/.test(JSON.stringify(whole)) ? {} : whole;
}

/**
 * Returns true if a branch is optional: its required names are not required.
 */
function isAlternative(branch: JsonSchema, root: JsonSchema): boolean {
  return branchesOf(root, root).some(({ anyOf, oneOf }) =>
    [anyOf, oneOf].some((list) => Array.isArray(list) && list.includes(branch))
  );
}

function responsesOf(
  { answer, responses = {}, errors = {} }: RouteDefinition,
): Record<string, OperationResponse> {
  const all: Record<string, OperationResponse> = {};
  const entries = Object.entries(responses);
  const hasGood = entries.some(([status]) => status.startsWith("2"));
  if (!hasGood) all["200"] = responseOf("the answer", answer);
  for (const [status, configured] of entries) {
    const { description, schema } = typeof configured === "string"
      ? { description: configured }
      : configured;
    const isGood = status.startsWith("2") && status !== "204";
    all[status] = responseOf(
      description,
      schema ?? (isGood ? answer : undefined),
    );
  }
  for (const [code, status] of Object.entries(errors)) {
    const earlier = all[status]?.description;
    const description = earlier === undefined ? code : `${earlier}, ${code}`;
    all[status] = { ...all[status], description };
  }
  return all;
}

function responseOf(
  description: string,
  schema: StandardSchema | undefined,
): OperationResponse {
  if (schema === undefined) return { description };
  const described = jsonSchemaOf(schema, "output");
  const types = typesOf(described, described);
  const isText = types.size === 1 && types.has("string");
  const content = contentOf(isText ? ["text/plain"] : VALUES, described);
  return { description, content };
}

function contentOf(media: readonly string[], schema: JsonSchema): Content {
  return Object.fromEntries(media.map((type) => [type, { schema }]));
}
