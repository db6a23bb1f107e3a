import assert from "node:assert/strict";
import { projectFlags } from "./project.ts";

Deno.test("a project keeps its lock, or begins one, where that can be written", async () => {
  const folder = await Deno.makeTempDir();
  const config = `${folder}/deno.json`;
  await Deno.writeTextFile(config, "{}");
  const own = { config, lock: undefined, isLent: false };
  const begun = projectFlags(own);
  const left = [...Deno.readDirSync(folder)].map(({ name }) => name);
  await Deno.remove(folder, { recursive: true });
  assert.deepEqual(begun, [`--config=${config}`]);
  assert.deepEqual(left, ["deno.json"]);
  assert.deepEqual(
    projectFlags({ ...own, lock: `${folder}/deno.lock` }),
    [`--config=${config}`],
  );
});

Deno.test("a project runs without a lock where none is there and none can be written", () => {
  // Not even root can write there.
  const config = "/proc/self/deno.json";
  const flags = projectFlags({ config, lock: undefined, isLent: false });
  assert.deepEqual(flags, [`--config=${config}`, "--no-lock"]);
});

Deno.test("what a stranger imports isn't written into the lock of this repository", () => {
  const config = "/checkout/deno.json";
  const flags = projectFlags({ config, lock: undefined, isLent: true });
  assert.deepEqual(flags, [`--config=${config}`, "--no-lock"]);
});
