import type { RouteDeclaration } from "../routes/declarations.ts";
import type { Operation, OperationResponse } from "../routes/operation.ts";

/** Description of the whole API. */
export interface DocumentInfo {
  readonly title: string;
  readonly version: string;
  readonly description?: string | undefined;
  readonly servers: readonly {
    readonly url: string;
    readonly description?: string | undefined;
  }[];
  /** True if requests need a bearer token. */
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

/** Operation in the document. */
export interface DocumentOperation extends Omit<Operation, "responses"> {
  readonly responses: Readonly<
    Record<string, OperationResponse | { readonly $ref: string }>
  >;
}

/**
 * Reports a route that the document cannot contain, with the reason, each time
 * the document is created.
 */
export type Report = (route: RouteDeclaration, found: string) => void;
