/**
 * How two recordings differ, from a command line. In a clone of the repository it is `deno task diff A B`.
 *
 * ```sh
 * deno run --allow-read jsr:@caryatid/modules/record/diff/main A B
 * ```
 *
 * @module
 */
import { diffCommand } from "./command.ts";

if (import.meta.main) {
  // deno-lint-ignore no-console -- it is the program's output
  Deno.exitCode = await diffCommand(Deno.args, (line) => console.log(line));
}
