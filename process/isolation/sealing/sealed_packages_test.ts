import assert from "node:assert/strict";
import { ModuleGraph } from "./module_graph.ts";
import { sealPackages } from "./sealed_packages.ts";

const ROOT = "npm/registry.npmjs.org";

/** Writes a package with a script and files that no code loads. */
async function writePackage(
  folder: string,
  name: string,
  more: Record<string, unknown> = {},
): Promise<string> {
  const path = `${folder}/${name}`;
  await Deno.mkdir(`${path}/lib`, { recursive: true });
  const about = JSON.stringify({ name, version: "1.0.0", ...more });
  await Deno.writeTextFile(`${path}/package.json`, about);
  await Deno.writeTextFile(`${path}/lib/main.js`, "module.exports = 1;");
  await Deno.writeTextFile(`${path}/lib/main.d.ts`, "export {};");
  await Deno.symlink("/etc/passwd", `${path}/lib/link.js`);
  return path;
}

/**
 * Returns a graph with the packages `one`, which depends on `two`, and `far`.
 */
async function graphIn(folder: string): Promise<ModuleGraph> {
  const dependencies = { alias: "npm:two@^1.0.0" };
  const one = await writePackage(folder, "one", { dependencies });
  const two = await writePackage(folder, "two");
  const of = (name: string, localPath: string, dependencies: string[]) => ({
    [`${name}@1.0.0`]: { name, version: "1.0.0", localPath, dependencies },
  });
  return new ModuleGraph({
    roots: [],
    modules: [],
    npmPackages: {
      ...of("one", one, ["two@1.0.0", "far@1.0.0"]),
      ...of("two", two, []),
      ...of("far", `${folder}/not-downloaded`, []),
      ...of("other", two, []),
    },
  });
}

Deno.test("sealPackages copies the imported packages and those that they depend on, without types and links", async () => {
  const folder = await Deno.makeTempDir();
  const graph = await graphIn(folder);
  const sealed = await sealPackages(["one@1.0.0"], graph, `${folder}/store`);
  const files: string[] = [];
  for (const name of ["one", "two"]) {
    const path = `${sealed.folder}/${ROOT}/${name}/1.0.0/lib`;
    for await (const entry of Deno.readDir(path)) {
      files.push(`${name}/${entry.name}`);
    }
  }
  assert.deepEqual(files, ["one/main.js", "two/main.js"]);
  const names = Deno.readDirSync(`${sealed.folder}/${ROOT}`);
  assert.deepEqual([...names].map(({ name }) => name).toSorted(), [
    "one",
    "two",
  ]);
  assert.deepEqual(Object.keys(sealed.data).toSorted(), [
    `${sealed.url}registry.npmjs.org/one/1.0.0/package.json`,
    `${sealed.url}registry.npmjs.org/two/1.0.0/package.json`,
  ]);
  assert.deepEqual(JSON.parse(await Deno.readTextFile(sealed.lock)), {
    version: "5",
    specifiers: { "npm:one@1.0.0": "1.0.0", "npm:two@1.0.0": "1.0.0" },
    npm: {
      "one@1.0.0": { dependencies: ["alias@npm:two@1.0.0"] },
      "two@1.0.0": { dependencies: [] },
    },
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("sealPackages copies to a temporary folder if the store cannot be written", async () => {
  const folder = await Deno.makeTempDir();
  const graph = await graphIn(folder);
  await Deno.writeTextFile(`${folder}/store`, "a file");
  const sealed = await sealPackages(["two@1.0.0"], graph, `${folder}/store`);
  assert(!sealed.folder.startsWith(folder));
  assert((await Deno.stat(`${sealed.folder}/${ROOT}/two/1.0.0`)).isDirectory);
  await Deno.remove(sealed.folder, { recursive: true });
  await Deno.remove(folder, { recursive: true });
});
