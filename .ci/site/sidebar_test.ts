import assert from "node:assert/strict";
import { sidebar, titleOf } from "./sidebar.ts";

const INDEX = `# Documentation

[Nothing](x.md) before the first section counts.

## Start

| Page                 | Subject |
| -------------------- | ------- |
| [a.md](guide/a.md)   | First   |
| [sdk](../sdk/) | Second  |
`;

Deno.test("sidebar lists the pages of each table of the index, by their titles", () => {
  assert.deepEqual(sidebar(INDEX, "docs", (file) => `title of ${file}`), [{
    text: "Start",
    collapsed: false,
    items: [
      { text: "title of docs/guide/a.md", link: "/guide/a.md" },
      { text: "title of sdk/README.md", link: "/packages/sdk.md" },
    ],
  }]);
});

Deno.test("titleOf returns the first heading without marks of code", () => {
  assert.equal(titleOf("text\n\n# The `a` page\n\n# Another\n"), "The a page");
});
