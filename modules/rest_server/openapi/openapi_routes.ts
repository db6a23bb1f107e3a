import type { Log } from "@caryatid/sdk";
import { Hono } from "hono";
import { etag } from "hono/etag";
import type { GatewayEnv } from "../gateway/gateway_app.ts";
import type { KnownRoutes } from "../gateway/known_routes.ts";
import { docsPage } from "./docs_page.ts";
import { makeDocument } from "./document.ts";
import type { Report } from "./document_types.ts";
import type { OpenApiConfig } from "../openapi_config.ts";
import { type Dots, routeOf } from "../topic_of.ts";

/** Options of the routes of the document. */
export interface OpenApiParts {
  readonly config: OpenApiConfig;
  readonly known: KnownRoutes;
  readonly log: Log;
  /** True if requests need a bearer token. */
  readonly isSecured: boolean;
  /** Meaning of dots in paths. */
  readonly dots: Dots;
}

/** Maximum number of reports. */
const MOST_REPORTED = 1_000;

/** Returns the routes of the document and its page. */
export function openApiRoutes(parts: OpenApiParts): Hono<GatewayEnv> {
  const { config, dots } = parts;
  const documents = new Documents(parts);
  const app = new Hono<GatewayEnv>();
  app.get(
    routeOf(config.path, dots),
    etag(),
    (c) =>
      c.body(documents.latest(), 200, {
        "content-type": "application/json",
        "cache-control": "no-cache",
        "x-content-type-options": "nosniff",
      }),
  );
  if (config.docs === false) return app;
  const [first] = config.servers;
  // Requests go to the server of the page, which may have a prefix.
  const base = first?.url.startsWith("/") ? first.url.replace(/\/$/, "") : "";
  const { docs: path, path: document, title } = config;
  return app.route("/", docsPage({ path, document, base, title, dots }));
}

/** Creates the document again when the routes may have changed. */
class Documents {
  readonly #parts: OpenApiParts;
  readonly #reported = new Set<string>();
  #version = -1;
  #json = "";

  constructor(parts: OpenApiParts) {
    this.#parts = parts;
  }

  /** Returns the document as JSON. */
  latest(): string {
    const { known, config, isSecured } = this.#parts;
    known.refresh();
    if (this.#version !== known.version) {
      this.#version = known.version;
      const info = { ...config, isSecured };
      const document = makeDocument(known.declared, info, this.#report);
      this.#json = JSON.stringify(document);
    }
    return this.#json;
  }

  #report: Report = ({ method, path }, found) => {
    const key = JSON.stringify([method, path, found]);
    const isFull = this.#reported.size >= MOST_REPORTED;
    if (isFull || this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#parts.log.warn("{method} {path} is not described: {reason}", {
      method,
      path,
      reason: found,
    });
  };
}
