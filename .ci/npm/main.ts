/**
 * Makes the packages for npm: `deno task npm [FOLDER]`.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { npmPackages, writePackage } from "./npm_package.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const target = Deno.args[0] ?? join(ROOT, "npm");
await Deno.remove(target, { recursive: true }).catch((error) => {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
});
for (const made of await npmPackages(ROOT)) {
  const folder = join(target, made.name);
  await writePackage(made, folder);
  const bytes = [...made.files.values()]
    .reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0);
  const needs = Object.keys(made.dependencies).join(", ") || "nothing";
  // deno-lint-ignore no-console -- the output of the task
  console.log(
    `${made.name}: ${made.files.size} files, ${
      (bytes / 1024).toFixed()
    } KiB, needs ${needs}\n  ${folder}`,
  );
}
