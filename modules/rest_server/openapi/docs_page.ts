import { Hono } from "hono";
import type { GatewayEnv } from "../gateway/gateway_app.ts";
import { pagePolicy } from "../../page_policy.ts";
import { problem } from "../problem.ts";
import { type Dots, routeOf } from "../topic_of.ts";
import { byteStream, loadAsset } from "./docs_assets.ts";

/** Options of {@linkcode docsPage}. */
export interface DocsPageOptions {
  /** Path of the page. */
  readonly path: string;
  /** Path of the document. */
  readonly document: string;
  /** Prefix that a proxy adds to paths; empty if there is no prefix. */
  readonly base: string;
  readonly title: string;
  /** Meaning of dots in paths. */
  readonly dots: Dots;
}

const TYPES: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
};

/** Begins the page: a file, since the policy allows no script in the page. */
const START = `
const { document: url } = document.getElementById("swagger-ui").dataset;
window.ui = SwaggerUIBundle({
  url,
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
});
`;

/**
 * Serves the document as a page to read and try: Swagger UI from its package,
 * without a request to another server.
 */
export function docsPage(options: DocsPageOptions): Hono<GatewayEnv> {
  const { path, dots } = options;
  const route = (file = "") => routeOf(path + file, dots);
  const app = new Hono<GatewayEnv>();
  const policy = pagePolicy({ imgSrc: ["'self'", "data:"] });
  app.use(route(), policy);
  app.use(`${route()}/*`, policy);
  app.get(route(), (c) => c.html(page(options), 200, NO_CACHE));
  app.get(route("/start.js"), (c) =>
    c.body(START, 200, {
      ...NO_CACHE,
      "content-type": "text/javascript; charset=utf-8",
    }));
  for (const [name, type] of Object.entries(TYPES)) {
    app.get(route(`/${name}`), async () => {
      const bytes = await loadAsset(name).catch((cause) => {
        throw problem(500, "", { cause });
      });
      return new Response(byteStream(bytes), {
        headers: {
          "content-type": type,
          "content-length": `${bytes.length}`,
          "cache-control": "max-age=3600",
        },
      });
    });
  }
  return app;
}

const NO_CACHE = { "cache-control": "no-cache" };

function page({ path, document, base, title }: DocsPageOptions): string {
  const at = escapeHtml(base + path);
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>${escapeHtml(title)}</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${at}/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui" data-document="${escapeHtml(base + document)}"></div>
    <script src="${at}/swagger-ui-bundle.js"></script>
    <script src="${at}/start.js"></script>
  </body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
