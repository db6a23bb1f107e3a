import assert from "node:assert/strict";
import { codeFolders, isCodeOf } from "./code_folders.ts";

const ignore = Deno.build.os === "windows";

/** Creates files; returns their folder without links. */
async function folderWith(files: Record<string, string>) {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  for (const [name, text] of Object.entries(files)) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(path, text);
  }
  const remove = () => Deno.remove(folder, { recursive: true });
  return { folder, [Symbol.asyncDispose]: remove };
}

Deno.test({
  name: "a module without a project has code of its folder and of packages",
  ignore,
  async fn() {
    await using found = await folderWith({ "own/mod.ts": "" });
    const { folder } = found;
    const folders = codeFolders(`${folder}/own/mod.ts`);
    const isCode = (path: string) => isCodeOf(folders, `${folder}/${path}`);
    assert(isCode("own/mod.ts"));
    assert(isCode("own/deep/part.ts"));
    assert(isCode("other/node_modules/x/mod.js"));
    assert(!isCode("other.ts"));
    assert(!isCode("ownother/mod.ts"));
  },
});

Deno.test({
  name: "a module has code of its project, workspace and linked packages",
  ignore,
  async fn() {
    await using found = await folderWith({
      "all/deno.json": '{ "workspace": ["./a", "./b"] }',
      "all/a/deno.json": '{ "links": ["../../linked"] }',
      "all/a/strangers/mod.ts": "",
      "outer/deno.json": "{}",
    });
    const { folder } = found;
    const folders = codeFolders(
      `${folder}/all/a/strangers/mod.ts`,
      `${folder}/all/a/deno.json`,
    );
    const isCode = (path: string) => isCodeOf(folders, `${folder}/${path}`);
    assert(isCode("all/a/shared.ts"));
    assert(isCode("all/b/mod.ts"));
    assert(isCode("linked/mod.ts"));
    assert(!isCode("outer/mod.ts"));
    assert(!isCode("secret.ts"));
  },
});

Deno.test({
  name: "a module in its own project has no code of the project around it",
  ignore,
  async fn() {
    await using found = await folderWith({
      "deno.json": "{}",
      "strangers/deno.json": "{}",
      "strangers/mod.ts": "",
    });
    const { folder } = found;
    const folders = codeFolders(`${folder}/strangers/mod.ts`);
    assert(!isCodeOf(folders, `${folder}/secret.ts`));
  },
});

Deno.test({
  name:
    "a module in its own project has no code of a workspace that does not list the project",
  ignore,
  async fn() {
    await using found = await folderWith({
      "deno.json":
        '{ "workspace": { "members": ["./a", "packages/*", "deep/**"] } }',
      "strangers/deno.json": "{}",
      "packages/own/package.json": "{}",
      "packages/own/deeper/package.json": "{}",
      "deep/a/b/deno.json": "{}",
    });
    const { folder } = found;
    const config = `${folder}/deno.json`;
    const isCode = (module: string) => {
      const folders = codeFolders(`${folder}/${module}`, config);
      return isCodeOf(folders, `${folder}/secret.ts`);
    };
    assert(isCode("packages/own/mod.ts"));
    assert(isCode("deep/a/b/mod.ts"));
    assert(!isCode("packages/own/deeper/mod.ts"));
    assert(!isCode("strangers/mod.ts"));
  },
});

Deno.test({
  name:
    "a module in its own project has no code of folders that only its deno.json links",
  ignore,
  async fn() {
    await using found = await folderWith({
      "deno.json": '{ "links": ["linked"] }',
      "strangers/deno.json": '{ "links": [".."] }',
    });
    const { folder } = found;
    const config = `${folder}/deno.json`;
    const folders = codeFolders(`${folder}/strangers/mod.ts`, config);
    assert(!isCodeOf(folders, `${folder}/secret.ts`));
  },
});
