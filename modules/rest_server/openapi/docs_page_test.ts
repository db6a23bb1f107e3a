import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { handleRoute } from "../handle_route.ts";
import { RestProcess } from "../testing/rest_process.ts";
import { defineRoute } from "./define_route.ts";
import { SCRIPT, STYLE } from "./docs_assets.ts";
import { docsPage } from "./docs_page.ts";
import { makeDocument } from "./document.ts";
import { html } from "./html.ts";

const HOSTILE = `</script></style></pre>"'><img src=x onerror=alert(1)>&amp;`;
const MARKUP = /<(\/?)([a-z][a-z0-9]*)([^<>]*)>/gi;

/** The page of one route that says the same everywhere. */
function page(text: string, path = "/x/:id"): string {
  const { operation } = defineRoute({
    method: "POST",
    path,
    summary: text,
    description: text,
    tags: [text],
    query: z.object({ [text]: z.array(z.string()).describe(text) }),
    headers: z.object({ [text]: z.string().default(text) }),
    body: z.object({ [text]: z.literal(text) }).meta({ id: text }),
    answer: z.object({ [text]: z.enum([text]) }),
    responses: { 200: text, 404: text },
  });
  const document = makeDocument(
    [{ method: "POST", path, pattern: "x", operation }],
    {
      title: text,
      version: text,
      description: text,
      servers: [{ url: `/${text}` }],
      isSecured: false,
    },
    () => {},
  );
  return docsPage(document, "/openapi.json");
}

/** All tags of a page, without its own style and script. */
function tags(page: string): string[] {
  const rest = page.replace(STYLE, "").replace(SCRIPT, "");
  return [...rest.matchAll(MARKUP)].map(([, end, name]) => end! + name!);
}

Deno.test("whatever a route says is text on the page", async (t) => {
  const plain = tags(page("plain"));
  await t.step("tags and quotes", () => {
    const hostile = page(HOSTILE);
    assert.deepEqual(tags(hostile), plain);
    assert.doesNotMatch(hostile, /<img/);
  });
  await t.step("and in a path", () => {
    const segments = `/x/<img>"'/:id`;
    assert.deepEqual(tags(page("plain", segments)), plain);
  });
  await t.step("anything", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."<>&\"'/=a `${}\\") }),
        (text) => assert.deepEqual(tags(page(`a${text}`)), plain),
      ),
      { numRuns: 50 },
    );
  });
});

Deno.test("html`` escapes text, and keeps what is HTML already", () => {
  const inner = html`<b>${"<&>"}</b>`;
  assert.equal(
    html`<p title="${`"'`}">${inner}${[inner, inner]}</p>`.text,
    `<p title="&quot;&#39;"><b>&lt;&amp;&gt;</b><b>&lt;&amp;&gt;</b><b>&lt;&amp;&gt;</b></p>`,
  );
});

Deno.test("the page allows its own style and script, and nothing else", async () => {
  await using rest = await RestProcess.start({ openapi: {} }, {
    routes(context) {
      const route = defineRoute({
        method: "GET",
        path: "/hello/:name",
        summary: "Greets",
        params: z.object({ name: z.string().describe("whom") }),
      });
      handleRoute(context, route, () => "hello");
    },
  });
  const answer = await rest.fetch("/docs");
  assert.equal(answer.headers.get("content-type"), "text/html; charset=utf-8");
  const text = await answer.text();
  const policy = answer.headers.get("content-security-policy")!;
  for (const [kind, element] of [["style", "style"], ["script", "script"]]) {
    const [, inner] = text.match(
      new RegExp(`<${element}>([^]*?)</${element}>`),
    )!;
    const bytes = new TextEncoder().encode(inner);
    const hash = await crypto.subtle.digest("SHA-256", bytes);
    const base64 = new Uint8Array(hash).toBase64();
    assert(policy.includes(`${kind}-src 'sha256-${base64}'`), policy);
  }
  assert.match(policy, /^default-src 'none';/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
  assert.doesNotMatch(text, /\s(src|on\w+|style)=/);
  for (const seen of ["/hello/{name}", "Greets", "whom", 'data-name="name"']) {
    assert(text.includes(seen), seen);
  }
});
