import type { RouteDeclaration } from "../routes/declarations.ts";
import { pathParameters } from "../routes/describe_route.ts";
import type { DocumentOperation, PathItem, Report } from "./document_types.ts";
import type { JsonSchema } from "../routes/json_schema.ts";
import {
  type Content,
  isOperation,
  type Operation,
  type OperationResponse,
} from "../routes/operation.ts";
import { type PathTemplate, pathTemplate } from "../routes/path_template.ts";
import { PROBLEM } from "./problem_schema.ts";
import { SchemaParts } from "./schema_parts.ts";

/** Methods that OpenAPI 3.1 can describe. */
const METHODS: ReadonlySet<string> = new Set([
  "get",
  "put",
  "post",
  "delete",
  "options",
  "head",
  "patch",
  "trace",
]);
/** Methods under which a route for any method is listed. */
const ANY = ["get", "put", "post", "delete", "patch"];

interface Item {
  readonly template: PathTemplate;
  readonly operations: Record<string, DocumentOperation>;
  /** Declared routes by their requests, to find duplicates. */
  readonly announced: Record<string, string>;
}

/** Collects routes for a document. */
export class DocumentMaker {
  readonly #report: Report;
  readonly #items = new Map<string, Item>();
  readonly #ids = new Set<string>();
  readonly #parts = new SchemaParts({ Problem: PROBLEM });

  /** Calls `report` for each route that is not listed. */
  constructor(report: Report) {
    this.#report = report;
  }

  /** Paths of all routes so far. */
  get paths(): Record<string, PathItem> {
    const items = [...this.#items.values()];
    return Object.fromEntries(
      items.map(({ template, operations }) => [template.text, operations]),
    );
  }

  /** Schemas to which the paths refer. */
  get schemas(): Record<string, JsonSchema> {
    return this.#parts.all;
  }

  /** Adds a route, unless another one for the same requests was added. */
  add(route: RouteDeclaration): void {
    const template = pathTemplate(route.path);
    const word = route.method.toLowerCase();
    const isAny = word === "*";
    if (!isAny && !METHODS.has(word)) {
      return this.#report(route, "OpenAPI has no such method");
    }
    const known = this.#items.get(template.shape);
    const item = known ?? { template, operations: {}, announced: {} };
    this.#items.set(template.shape, item);
    const announced = JSON.stringify(route.operation ?? null);
    for (const method of isAny ? ANY : [word]) {
      const first = item.announced[method];
      if (first === undefined) {
        item.announced[method] = announced;
        item.operations[method] = this.#operation(route, template, item);
      } else if (first !== announced && !isAny) {
        this.#report(route, "another module declares it with other schemas");
      }
    }
  }

  #operation(
    route: RouteDeclaration,
    own: PathTemplate,
    { template }: Item,
  ): DocumentOperation {
    const { operation } = route;
    const isDescribed = isOperation(operation);
    if (operation !== undefined && !isDescribed) {
      this.#report(route, "its description cannot be read");
    }
    const described: Operation = isDescribed ? operation : {
      parameters: pathParameters(route.path),
      responses: { 200: { description: "the answer" } },
    };
    const { parameters, requestBody, responses, operationId, ...rest } =
      described;
    const isNew = operationId !== undefined && !this.#ids.has(operationId);
    if (isNew) this.#ids.add(operationId);
    else if (operationId !== undefined) {
      this.#report(route, `another one has the operationId ${operationId}`);
    }
    return {
      ...(isNew && { operationId }),
      ...rest,
      parameters: parameters.map((parameter) => ({
        ...parameter,
        name: parameter.in === "path"
          ? nameIn(template, own, parameter.name)
          : parameter.name,
        schema: this.#parts.place(parameter.schema),
      })),
      ...(requestBody && {
        requestBody: {
          ...requestBody,
          content: this.#content(requestBody.content),
        },
      }),
      responses: {
        ...this.#responses(responses),
        ...(isDescribed && failures(described)),
        default: { $ref: "#/components/responses/Problem" },
      },
    };
  }

  #responses(
    responses: Operation["responses"],
  ): Record<string, OperationResponse> {
    return Object.fromEntries(
      Object.entries(responses).map(([status, { description, content }]) => [
        status,
        {
          description,
          ...(content && { content: this.#content(content) }),
        },
      ]),
    );
  }

  #content(content: Content): Content {
    return Object.fromEntries(
      Object.entries(content).map(([type, { schema }]) => [
        type,
        { schema: this.#parts.place(schema) },
      ]),
    );
  }
}

/**
 * Two routes can have different names for the same segment; a path of the
 * document has one.
 */
function nameIn(
  template: PathTemplate,
  own: PathTemplate,
  name: string,
): string {
  const at = own.routeNames.indexOf(name);
  return template.names[at] ?? name;
}

/** Answers of a checked route in addition to those it declares. */
function failures(
  { parameters, requestBody, responses }: Operation,
): DocumentOperation["responses"] {
  const isChecked = parameters.length > 0 || requestBody !== undefined;
  return {
    ...(isChecked && responses["400"] === undefined &&
      { 400: { $ref: "#/components/responses/Invalid" } }),
    ...(requestBody && responses["413"] === undefined &&
      { 413: { $ref: "#/components/responses/Problem" } }),
    ...(requestBody && responses["415"] === undefined &&
      { 415: { $ref: "#/components/responses/Problem" } }),
  };
}
