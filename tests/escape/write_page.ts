/**
 * Writes docs/escape-matrix.md anew, from what is expected of the attempts. `escape_test.ts` sees to it that this is true.
 *
 * @module
 */
import { escapePage, formatted, PAGE } from "./escape_page.ts";

await Deno.writeTextFile(PAGE, await formatted(escapePage()));
