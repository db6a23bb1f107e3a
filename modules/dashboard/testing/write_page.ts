/**
 * Writes `page.json`: the files of `page/`, and the libraries that they import.
 * `deno task dashboard:page` runs it.
 *
 * @module
 */
import { pageFiles } from "./page_files.ts";

const target = new URL("../page.json", import.meta.url);
await Deno.writeTextFile(
  target,
  JSON.stringify(await pageFiles(), null, 2) + "\n",
);
