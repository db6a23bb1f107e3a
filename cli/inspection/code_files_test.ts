import assert from "node:assert/strict";
import { fileUrl } from "@caryatid/process/internal/platform";
import { InspectedFiles } from "./code_files.ts";

const NEW = '{ "imports": { "a": "npm:zod@^4.6.7", "b": "npm:ajv@^8.17.1" } }';
const OLD = '{"version":"5","workspace":{"dependencies":["npm:zod@^4.6.7"]}}';

Deno.test("InspectedFiles does not write the lock file, which the check of the lock writes at the same time", async () => {
  const folder = await Deno.makeTempDir();
  const [config, lock, code] = ["deno.json", "x.lock", "a.ts"].map((name) =>
    `${folder}/${name}`
  ) as [string, string, string];
  await Deno.writeTextFile(config, NEW);
  await Deno.writeTextFile(lock, OLD);
  await Deno.writeTextFile(code, "export {};\n");
  const project = { config, lock, isLent: false };
  const specifier = fileUrl(code).href;
  const files = await InspectedFiles.of([specifier], project, [
    `--lock=${lock}`,
  ]);
  assert.deepEqual(files.closure(specifier), [code]);
  assert.equal(await Deno.readTextFile(lock), OLD);
  await Deno.remove(folder, { recursive: true });
});
