import type { Ground } from "./attempt.ts";

const SDK = new URL("../../sdk/mod.ts", import.meta.url).href;

/** Writes `code` into a file of the ground, `{port}` being its port, and a module that answers with its default export. Gives the URL of that. */
export async function writeModule(
  { folder, port }: Ground,
  code: string,
): Promise<string> {
  await Deno.writeTextFile(
    `${folder}/granted/attempt.ts`,
    code.replace("{port}", `${port}`),
  );
  const path = `${folder}/granted/module.ts`;
  await Deno.writeTextFile(
    path,
    `import { defineModule } from ${JSON.stringify(SDK)};
import got from "./attempt.ts";
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
