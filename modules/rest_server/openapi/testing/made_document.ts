import { decode, encode } from "@caryatid/process/codec";
import type { RouteDeclaration } from "../../routes/declarations.ts";
import { routePath } from "../../routes/route_path.ts";
import { defineRoute } from "../../routes/define_route.ts";
import { makeDocument } from "../document.ts";
import type { DocumentInfo, OpenApiDocument } from "../document_types.ts";

const INFO: DocumentInfo = {
  title: "Test",
  version: "1.2.3",
  servers: [],
  isSecured: false,
};

/** Argument of defineRoute. */
export type Definition = Parameters<typeof defineRoute>[0];

/** A route as a server receives it from another process. */
export function declared(definition: Definition): RouteDeclaration {
  const { method, path } = definition;
  const { pattern } = routePath(method, path, "escape");
  const { operation } = defineRoute(definition);
  return decode(encode({ method, path, pattern, operation })) as never;
}

/** A route without schemas. */
export function undeclared(method: string, path: string): RouteDeclaration {
  return { method, path, pattern: routePath(method, path, "escape").pattern };
}

/** Creates a document, and returns it with its reports. */
export function made(
  routes: readonly RouteDeclaration[],
  info: Partial<DocumentInfo> = {},
): { document: OpenApiDocument; reports: string[] } {
  const reports: string[] = [];
  const document = makeDocument(
    routes,
    { ...INFO, ...info },
    ({ method, path }, found) => reports.push(`${method} ${path}: ${found}`),
  );
  return { document, reports };
}
