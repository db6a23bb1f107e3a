import { fileURLToPath } from "node:url";
import type { Attempt, Ground } from "./attempt.ts";

const SDK = new URL("../../sdk/mod.ts", import.meta.url).href;
const MODULES = fileURLToPath(new URL("../../modules", import.meta.url));

/**
 * Writes the code of an attempt to a file of the ground, and a module that
 * answers with its default export. Returns the URL of the module.
 */
export async function writeModule(
  { folder, port }: Ground,
  { module: code = "", file = "attempt.ts" }: Attempt,
): Promise<string> {
  await Deno.writeTextFile(
    `${folder}/granted/${file}`,
    code.replace("{port}", `${port}`).replace("{modules}", MODULES),
  );
  const path = `${folder}/granted/module.ts`;
  await Deno.writeTextFile(
    path,
    `import { defineModule } from ${JSON.stringify(SDK)};
import got from "./${file}";
export default defineModule({
  name: "attacker",
  init: (context) => {
    context.handle("attempt", () => ["got", String(got)]);
  },
});
`,
  );
  return `file://${path}`;
}
