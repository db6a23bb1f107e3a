import assert from "node:assert/strict";
import { TrustedStore } from "./trusted_store.ts";

Deno.test("TrustedStore returns what another program has written", async () => {
  const folder = await Deno.makeTempDir();
  const codes = new Map([["hash", "code"]]);
  assert.equal((await new TrustedStore(folder).read()).size, 0);
  await new TrustedStore(folder).write(codes);
  assert.deepEqual(await new TrustedStore(folder).read(), codes);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("TrustedStore keeps nothing in a folder that cannot be written", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/file`;
  await Deno.writeTextFile(file, "");
  const store = new TrustedStore(file);
  await store.write(new Map([["hash", "code"]]));
  assert.equal((await store.read()).size, 0);
  await Deno.remove(folder, { recursive: true });
});
