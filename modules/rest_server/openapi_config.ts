import { z } from "zod";

const path = z.string().regex(
  /^(\/[\w.~-]+)+$/,
  'expected a path such as "/openapi.json"',
);
const serverUrl = z.string().regex(
  /^(https?:\/\/|\/)[^\s{}]*$/,
  'expected a URL such as "https://api.example.com", or a path',
);

/**
 * The section `[module.rest-server.openapi]`, as part of the schema of a
 * module.
 */
export const openApiSchema = z.object({
  path: path.default("/openapi.json"),
  docs: z.union([path, z.literal(false)]).default("/docs"),
  title: z.string().min(1).default("REST API"),
  version: z.string().min(1).default("0.0.0"),
  description: z.string().optional(),
  servers: z.array(z.object({
    url: serverUrl,
    description: z.string().optional(),
  })).default([]),
});

/** Path of the document, and its general information. */
export type OpenApiConfig = z.infer<typeof openApiSchema>;
