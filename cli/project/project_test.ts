import assert from "node:assert/strict";
import { projectFlags } from "./project.ts";

Deno.test("projectFlags keep the lock file if Deno can write it", async () => {
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

Deno.test("projectFlags disable the lock file if it is missing and cannot be created", () => {
  // Not even root can create files there.
  const config = "/proc/self/deno.json";
  const flags = projectFlags({ config, lock: undefined, isLent: false });
  assert.deepEqual(flags, [`--config=${config}`, "--no-lock"]);
});

Deno.test("projectFlags disable the lock file of a lent project", () => {
  const config = "/checkout/deno.json";
  const flags = projectFlags({ config, lock: undefined, isLent: true });
  assert.deepEqual(flags, [`--config=${config}`, "--no-lock"]);
});
