/**
 * Writes the workspace as JSR gets it: `deno task jsr FOLDER`.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { writeJsrWorkspace } from "./workspace.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const [folder] = Deno.args;
if (folder === undefined) {
  // deno-lint-ignore no-console -- the output of the task
  console.error("Missing folder: deno task jsr FOLDER, outside of a checkout");
  Deno.exit(2);
}
await writeJsrWorkspace(ROOT, folder);
