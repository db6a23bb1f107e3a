/** Writes the exports of the packages to the snapshot: `deno task api`. */
import { apiText, PACKAGES, snapshotOf } from "./api_text.ts";

for (const folder of PACKAGES) {
  await Deno.writeTextFile(snapshotOf(folder), await apiText(folder));
}
