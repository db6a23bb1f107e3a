import assert from "node:assert/strict";
import { outerHardLinks } from "./hard_links.ts";

/** A granted folder, next to a file that is not granted. */
async function ground() {
  const folder = await Deno.makeTempDir();
  const granted = `${folder}/granted`;
  await Deno.mkdir(`${granted}/deep`, { recursive: true });
  await Deno.writeTextFile(`${folder}/secret`, "secret");
  await Deno.writeTextFile(`${granted}/own`, "own");
  const remove = () => Deno.remove(folder, { recursive: true });
  return { folder, granted, [Symbol.asyncDispose]: remove };
}

Deno.test("a hard link to a file outside of the granted folders is found", async () => {
  await using found = await ground();
  const { folder, granted } = found;
  await Deno.link(`${folder}/secret`, `${granted}/deep/link`);
  assert.deepEqual(outerHardLinks([granted]), {
    paths: [`${granted}/deep/link`],
    isComplete: true,
  });
});

Deno.test("a file whose names are all in granted folders is not a link to the outside", async () => {
  await using found = await ground();
  const { folder, granted } = found;
  await Deno.link(`${granted}/own`, `${granted}/deep/own`);
  assert.deepEqual(outerHardLinks([granted]).paths, []);
  const deep = `${granted}/deep`;
  assert.deepEqual(outerHardLinks([deep]).paths, [`${deep}/own`]);
  assert.deepEqual(outerHardLinks([deep, granted]).paths, []);
  assert.deepEqual(outerHardLinks([folder]).paths, []);
});

Deno.test("a granted file and a missing path have no entries", async () => {
  await using found = await ground();
  const { folder, granted } = found;
  await Deno.link(`${folder}/secret`, `${granted}/link`);
  const paths = [`${granted}/link`, `${folder}/absent`];
  assert.deepEqual(outerHardLinks(paths), { paths: [], isComplete: true });
});
