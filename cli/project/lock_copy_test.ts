import assert from "node:assert/strict";
import { dirname } from "node:path";
import { LockCopy } from "./lock_copy.ts";

Deno.test("LockCopy removes copies that killed commands left more than an hour ago", async () => {
  const lock = await Deno.makeTempFile();
  const folder = dirname(lock);
  const [old, recent] = [
    `${folder}/caryatid-${crypto.randomUUID()}.lock`,
    `${folder}/caryatid-${crypto.randomUUID()}.lock`,
  ] as const;
  for (const path of [old, recent]) await Deno.writeTextFile(path, "{}");
  const past = new Date(Date.now() - 3_700_000);
  await Deno.utime(old, past, past);
  const project = { config: undefined, lock, isLent: false };
  {
    using copy = LockCopy.of(project);
    assert.match(copy.flags[0]!, /^--lock=.*caryatid-.*\.lock$/);
  }
  await assert.rejects(Deno.stat(old), Deno.errors.NotFound);
  await Deno.stat(recent);
  for (const path of [recent, lock]) await Deno.remove(path);
});
