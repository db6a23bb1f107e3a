import assert from "node:assert/strict";
import { fileUrl } from "@caryatid/process/internal/platform";
import { CodeGraph } from "./code_graph.ts";

async function graphOf(files: Record<string, string>, root: string) {
  const folder = await Deno.makeTempDir({ prefix: "caryatid_graph_" });
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const { href } = fileUrl(`${folder}/${root}`);
    const graph = await CodeGraph.of([href], ["--no-config", "--no-lock"]);
    const url = (name: string) => fileUrl(`${folder}/${name}`).href;
    const names = (name: string) =>
      [...graph.filesOf([url(name)]).keys()]
        .map((one) => decodeURI(one.replace(/.*\//, ""))).toSorted();
    return { graph, url, names };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("filesOf returns indirect, circular, dynamic, type and data imports", async () => {
  const { names } = await graphOf({
    "root.ts": `import "./a b.ts"; import type { T } from "./type.ts";
      import data from "./data.json" with { type: "json" };
      export const later = () => import("./later.ts"); export type U = T;
      export { data };`,
    "a b.ts": 'import "./circle.ts";',
    "circle.ts": 'import "./a b.ts";',
    "later.ts": "",
    "type.ts": "export type T = 1;",
    "data.json": "{}",
    "other.ts": "",
  }, "root.ts");
  assert.deepEqual(names("root.ts"), [
    "a b.ts",
    "circle.ts",
    "data.json",
    "later.ts",
    "root.ts",
    "type.ts",
  ]);
  assert.deepEqual(names("circle.ts"), ["a b.ts", "circle.ts"]);
});

Deno.test("filesOf reports which files Deno transpiles and which are not plain text", async () => {
  const { graph, url } = await graphOf({
    "root.ts": `import "./plain.js"; import "./view.tsx"; import "./old.cjs";
      import bytes from "./image.png" with { type: "bytes" };
      import text from "./code.ts" with { type: "text" };
      export { bytes, text };`,
    "plain.js": "",
    "view.tsx": "",
    "old.cjs": "",
    "image.png": "",
    "code.ts": "",
  }, "root.ts");
  const files = graph.filesOf([url("root.ts")]);
  const flagsOf = (name: string) => {
    const { translated, plain } = files.get(url(name))!;
    return { translated, plain };
  };
  assert.deepEqual(flagsOf("root.ts"), { translated: true, plain: true });
  assert.deepEqual(flagsOf("view.tsx"), { translated: true, plain: true });
  assert.deepEqual(flagsOf("plain.js"), { translated: false, plain: true });
  assert.deepEqual(flagsOf("code.ts"), { translated: false, plain: true });
  assert.equal(flagsOf("old.cjs").plain, false);
  assert.equal(flagsOf("image.png").plain, false);
});

Deno.test("filesOf includes files that cannot be read or parsed", async () => {
  const { names } = await graphOf(
    { "root.ts": 'import "./gone.ts"; import "./wrong.ts";', "wrong.ts": "=" },
    "root.ts",
  );
  assert.deepEqual(names("root.ts"), ["gone.ts", "root.ts", "wrong.ts"]);
});
