/**
 * Writes the generated pages of the reference: `deno task reference`. First add
 * an entry to `errors.toml` or `logs.toml` for each new code or message.
 */
import { makePages } from "./pages.ts";
import { ROOT } from "./sources.ts";

for (const [path, text] of Object.entries(await makePages())) {
  await Deno.writeTextFile(ROOT + path, text);
}
