import { toBase64 } from "../base64.ts";
import { SCRIPT, STYLE } from "./docs_assets.ts";
import { operationHtml } from "./docs_operation.ts";
import type { OpenApiDocument } from "./document.ts";
import { Html, html } from "./html.ts";

let policy: Promise<string> | undefined;

/** The Content-Security-Policy of the page: its own style and script, requests to its own server, and nothing else. */
export function docsPolicy(): Promise<string> {
  return policy ??= makePolicy();
}

/** The document as a page, without anything from elsewhere. */
export function docsPage(document: OpenApiDocument, path: string): string {
  const { info, servers = [] } = document;
  const [first] = servers;
  // Forms ask the server that the page comes from, which may be known by a prefix.
  const base = first?.url.startsWith("/") ? first.url.replace(/\/$/, "") : "";
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) =>
      operationHtml({ method, path, operation, document, base })
    )
  );
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>${info["title"] ?? ""}</title>
        <style>${new Html(STYLE)}</style>
      </head>
      <body>
    <h1>${info["title"] ?? ""} <small>${info["version"] ?? ""}</small></h1>
    <p class="text">${info["description"] ?? ""}</p>
    <p>As a document: <a href="${base}${path}">OpenAPI ${document
      .openapi}</a></p>
    ${operations.length === 0
      ? html`<p>Nobody has declared a route.</p>`
      : operations}
    <script>${new Html(SCRIPT)}</script>
      </body>
    </html>
  `.text;
}

async function makePolicy(): Promise<string> {
  const [style, script] = await Promise.all([hash(STYLE), hash(SCRIPT)]);
  return [
    "default-src 'none'",
    `style-src '${style}'`,
    `script-src '${script}'`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

async function hash(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return `sha256-${toBase64(new Uint8Array(digest))}`;
}
