/**
 * `deno task diff A B`: how two recordings differ.
 *
 * @module
 */
import { diffCommand } from "./command.ts";

// deno-lint-ignore no-console -- it is the program's output
Deno.exitCode = await diffCommand(Deno.args, (line) => console.log(line));
