import type { StandardSchema } from "@caryatid/sdk";

import type { RouteDefinition } from "./define_route.ts";
import {
  branchesOf,
  isSchema,
  type JsonSchema,
  jsonSchemaOf,
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

/** Media types of what isn't text. */
export const VALUES: readonly string[] = [
  "application/json",
  "application/cbor",
];

/** Headers that OpenAPI tells elsewhere. */
const OTHER_HEADERS: ReadonlySet<string> = new Set([
  "accept",
  "authorization",
  "content-type",
]);

/** What OpenAPI says of a route. */
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

/** Parameters of a path whose route says nothing of them: texts. */
export function pathParameters(
  path: string,
  schema?: StandardSchema,
): readonly Parameter[] {
  const known = parameters("path", schema);
  return namesIn(path).map((name) => {
    const rest = name === "*" &&
      { description: "what is left of the path, with its slashes" };
    const told = known.find((parameter) => parameter.name === name) ??
      { name, in: "path", schema: { type: "string" } };
    return { ...rest, ...told, required: true };
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

/** A part that stands by itself, with what it refers to. */
function partOf(root: JsonSchema, part: JsonSchema): JsonSchema {
  const { $defs } = root;
  const whole = isSchema($defs) ? { ...part, $defs } : part;
  // One that holds the whole in turn would mean another one here.
  return /"\$ref":"#(?!\/\$defs\/)/.test(JSON.stringify(whole)) ? {} : whole;
}

/** Whether a branch needn't hold: what it requires, the whole doesn't. */
function isAlternative(branch: JsonSchema, root: JsonSchema): boolean {
  return branchesOf(root, root).some(({ anyOf, oneOf }) =>
    [anyOf, oneOf].some((list) => Array.isArray(list) && list.includes(branch))
  );
}

function responsesOf(
  { answer, responses = {} }: RouteDefinition,
): Record<string, OperationResponse> {
  const all: Record<string, OperationResponse> = {};
  const entries = Object.entries(responses);
  const hasGood = entries.some(([status]) => status.startsWith("2"));
  if (!hasGood) all["200"] = responseOf("the answer", answer);
  for (const [status, told] of entries) {
    const { description, schema } = typeof told === "string"
      ? { description: told }
      : told;
    const isGood = status.startsWith("2") && status !== "204";
    all[status] = responseOf(
      description,
      schema ?? (isGood ? answer : undefined),
    );
  }
  return all;
}

function responseOf(
  description: string,
  schema: StandardSchema | undefined,
): OperationResponse {
  if (schema === undefined) return { description };
  const told = jsonSchemaOf(schema, "output");
  const types = typesOf(told, told);
  const isText = types.size === 1 && types.has("string");
  const content = contentOf(isText ? ["text/plain"] : VALUES, told);
  return { description, content };
}

function contentOf(media: readonly string[], schema: JsonSchema): Content {
  return Object.fromEntries(media.map((type) => [type, { schema }]));
}
