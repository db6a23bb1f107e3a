import assert from "node:assert/strict";
import { type Repository, siteLink, siteLinkText } from "./links.ts";

const address = "https://github.com/acme/caryatid";
const repository: Repository = {
  pages: new Map([
    ["README.md", "Caryatid"],
    ["docs/README.md", "Documentation"],
    ["docs/guide/a.md", "All of it"],
    ["examples/shop/README.md", "shop"],
  ]),
  entries: new Set(["sdk/mod.ts"]),
  address,
  kindOf(path: string) {
    if (path.includes("missing")) return undefined;
    return path.includes(".") ? "file" : "folder";
  },
};

const LINKS = {
  "b#c": `${address}/tree/main/docs/guide/b#c`,
  "#part": "#part",
  "https://deno.com/x": "https://deno.com/x",
  "/api/": "/api/",
  "../../sdk/mod.ts": "/api/sdk/mod.ts/index.html",
  "a.md#part": "/guide/a.md#part",
  "../README.md": "/index.md",
  "../../README.md#rabbitmq": "/introduction.md#rabbitmq",
  "../../examples/shop/": "/examples/shop.md",
  "../../examples/shop/main.ts": `${address}/blob/main/examples/shop/main.ts`,
};

Deno.test("siteLink leads to pages of the site, and to other files of the repository", () => {
  for (const [href, target] of Object.entries(LINKS)) {
    assert.equal(siteLink("docs/guide/a.md", href, repository), target);
  }
});

Deno.test("siteLink has no target for a file if the repository has no address", () => {
  const local = { ...repository, address: undefined };
  assert.equal(
    siteLink("docs/guide/a.md", "../../deno.json", local),
    undefined,
  );
  assert.equal(siteLink("docs/guide/a.md", "a.md", local), "/guide/a.md");
});

Deno.test("siteLinkText shows the title of a page in place of its file name", () => {
  const shown = (text: string, href: string) =>
    siteLinkText("docs/README.md", href, text, repository);
  assert.equal(shown("a.md", "guide/a.md#part"), "All of it");
  assert.equal(shown("part a", "guide/a.md"), "part a");
  assert.equal(shown("b.md", "guide/b.md"), "b.md");
});

Deno.test("siteLink throws if a link leads to no file of the repository", () => {
  assert.throws(() => siteLink("docs/guide/a.md", "missing.ts", repository), {
    message: "docs/guide/a.md links to no file: missing.ts",
  });
});
