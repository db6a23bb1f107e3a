import type { RouteDeclaration } from "../declarations.ts";
import { DocumentMaker } from "./document_maker.ts";
import type { Operation, OperationResponse } from "./operation.ts";
import { PROBLEM_RESPONSES } from "./problem_schema.ts";

/** What a document says of the whole. */
export interface DocumentInfo {
  readonly title: string;
  readonly version: string;
  readonly description?: string | undefined;
  readonly servers: readonly {
    readonly url: string;
    readonly description?: string | undefined;
  }[];
  /** Whether requests need a bearer token. */
  readonly isSecured: boolean;
}

/** A document of OpenAPI 3.1, plain JSON. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: Readonly<Record<string, string>>;
  readonly servers?: DocumentInfo["servers"];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: Readonly<Record<string, unknown>>;
}

/** Operations by method in lower case. */
export type PathItem = Readonly<Record<string, DocumentOperation>>;

/** An operation as the document has it. */
export interface DocumentOperation extends Omit<Operation, "responses"> {
  readonly responses: Readonly<
    Record<string, OperationResponse | { readonly $ref: string }>
  >;
}

/** Told of what the document can't hold, once for each time it is made: a route, and why. */
export type Report = (route: RouteDeclaration, found: string) => void;

/** Puts the routes of all modules together, in their order: of two for the same requests the first counts. */
export function makeDocument(
  routes: readonly RouteDeclaration[],
  info: DocumentInfo,
  report: Report,
): OpenApiDocument {
  const maker = new DocumentMaker(report);
  for (const route of routes) if (route.method !== "*") maker.add(route);
  for (const route of routes) if (route.method === "*") maker.add(route);
  const { title, version, description, servers, isSecured } = info;
  const bearer = { type: "http", scheme: "bearer" };
  return {
    openapi: "3.1.0",
    info: { title, version, ...(description !== undefined && { description }) },
    ...(servers.length > 0 && { servers }),
    paths: maker.paths,
    ...(isSecured && { security: [{ bearer: [] }] }),
    components: {
      schemas: maker.schemas,
      responses: PROBLEM_RESPONSES,
      ...(isSecured && { securitySchemes: { bearer } }),
    },
  };
}
