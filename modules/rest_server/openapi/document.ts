import type { RouteDeclaration } from "../routes/declarations.ts";
import { DocumentMaker } from "./document_maker.ts";
import type {
  DocumentInfo,
  OpenApiDocument,
  Report,
} from "./document_types.ts";
import { PROBLEM_RESPONSES } from "./problem_schema.ts";

/**
 * Creates a document of the routes of all modules, in their order. Of two
 * routes for the same requests, the first one applies.
 */
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
