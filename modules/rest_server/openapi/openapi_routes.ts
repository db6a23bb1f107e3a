import type { Log } from "@caryatid/sdk";
import { Hono } from "hono";
import type { GatewayEnv } from "../gateway.ts";
import type { KnownRoutes } from "../known_routes.ts";
import { docsPage, docsPolicy } from "./docs_page.ts";
import { makeDocument, type OpenApiDocument, type Report } from "./document.ts";
import type { OpenApiConfig } from "./openapi_config.ts";

/** What the routes of the document are made of. */
export interface OpenApiParts {
  readonly config: OpenApiConfig;
  readonly known: KnownRoutes;
  readonly log: Log;
  /** Whether requests need a bearer token. */
  readonly isSecured: boolean;
}

/** Things that are reported once; more than these aren't. */
const MOST_REPORTED = 1_000;

/** The document, and its page. */
export function openApiRoutes(parts: OpenApiParts): Hono<GatewayEnv> {
  const { config } = parts;
  const documents = new Documents(parts);
  const app = new Hono<GatewayEnv>();
  app.get(config.path, (c) =>
    c.body(documents.latest().json, 200, {
      "content-type": "application/json",
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
    }));
  if (config.docs === false) return app;
  app.get(config.docs, async (c) =>
    c.body(documents.latest().page, 200, {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-cache",
      "content-security-policy": await docsPolicy(),
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    }));
  return app;
}

/** Makes the document anew when there may be other routes. */
class Documents {
  readonly #parts: OpenApiParts;
  readonly #reported = new Set<string>();
  #version = -1;
  #document: OpenApiDocument | undefined;
  #json: string | undefined;
  #page: string | undefined;

  constructor(parts: OpenApiParts) {
    this.#parts = parts;
  }

  /** Both forms, each made when it is asked for. */
  latest(): { readonly json: string; readonly page: string } {
    const { known, config } = this.#parts;
    known.refresh();
    if (this.#document === undefined || this.#version !== known.version) {
      this.#version = known.version;
      const info = { ...config, isSecured: this.#parts.isSecured };
      this.#document = makeDocument(known.declared, info, this.#report);
      this.#json = this.#page = undefined;
    }
    const document = this.#document;
    const json = () => this.#json ??= JSON.stringify(document);
    const page = () => this.#page ??= docsPage(document, config.path);
    return {
      get json() {
        return json();
      },
      get page() {
        return page();
      },
    };
  }

  #report: Report = ({ method, path }, found) => {
    const key = JSON.stringify([method, path, found]);
    const isFull = this.#reported.size >= MOST_REPORTED;
    if (isFull || this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#parts.log.warn("{method} {path} isn't described: {reason}", {
      method,
      path,
      reason: found,
    });
  };
}
