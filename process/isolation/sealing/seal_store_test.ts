import assert from "node:assert/strict";
import type { SealedCode } from "./sealed_code.ts";
import { SealStore } from "./seal_store.ts";

const SEALED: SealedCode = {
  loader: "loader",
  frame: new Uint8Array([0, 0, 0, 2, 0x7b, 0x7d]),
  packages: undefined,
  urls: ["file:///code.ts"],
  hashes: {},
  isWhole: true,
};

/** A store, and a file of the code that has not changed for long. */
async function setUp() {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const file = `${folder}/code.ts`;
  await Deno.writeTextFile(file, "1");
  return {
    store: new SealStore(folder),
    folder,
    file,
    later: Date.now() + 60_000,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test("SealStore returns a result in another program until a file changes", async () => {
  await using some = await setUp();
  const { store, folder, file, later } = some;
  await store.set("key", SEALED, [file], later);
  const { packages: _, ...stored } = SEALED;
  assert.deepEqual(await new SealStore(folder).get("key"), stored);
  assert.equal(await store.get("other key"), undefined);
  await Deno.writeTextFile(file, "2");
  assert.equal(await store.get("key"), undefined);
});

Deno.test("SealStore drops a result when a file appears that was missing", async () => {
  await using some = await setUp();
  const { store, folder, file, later } = some;
  const missing = `${folder}/deno.json`;
  await store.set("key", SEALED, [file, missing], later);
  assert(await store.get("key"));
  await Deno.writeTextFile(missing, "{}");
  assert.equal(await store.get("key"), undefined);
});

Deno.test("SealStore drops a result when a link leads elsewhere", async () => {
  await using some = await setUp();
  const { store, folder, file, later } = some;
  const link = `${folder}/link.ts`;
  await Deno.symlink(file, link);
  await store.set("key", SEALED, [link], later);
  assert(await store.get("key"));
  const other = `${folder}/other.ts`;
  await Deno.rename(file, other);
  await Deno.remove(link);
  await Deno.symlink(other, link);
  assert.equal(await store.get("key"), undefined);
});

Deno.test("SealStore keeps no result of a file that has changed since it was read", async () => {
  await using some = await setUp();
  const { store, file } = some;
  await store.set("key", SEALED, [file], Date.now());
  assert.equal(await store.get("key"), undefined);
});

Deno.test("SealStore keeps nothing in a folder that cannot be written, or of a broken file", async () => {
  await using some = await setUp();
  const { store, folder, file, later } = some;
  const nowhere = new SealStore(`${file}/folder`);
  await nowhere.set("key", SEALED, [], later);
  assert.equal(await nowhere.get("key"), undefined);
  await store.set("key", SEALED, [file], later);
  const [{ name }] = [...Deno.readDirSync(`${folder}/caryatid/sealed`)] as [
    Deno.DirEntry,
  ];
  await Deno.truncate(`${folder}/caryatid/sealed/${name}`, 10);
  assert.equal(await store.get("key"), undefined);
});

Deno.test("SealStore removes its oldest results if there are too many", async () => {
  await using some = await setUp();
  const { store, folder, file, later } = some;
  for (let i = 0; i < 70; i++) {
    await store.set(`key ${i}`, SEALED, [file], later);
  }
  assert([...Deno.readDirSync(`${folder}/caryatid/sealed`)].length <= 64);
  assert(await store.get("key 69"));
});
