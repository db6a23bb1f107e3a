import { denoCommand, PLAIN } from "../deno/deno_command.ts";
import { LockCopy } from "../project/lock_copy.ts";
import { configFlag, type Project } from "../project/project.ts";
import { colored, harmless, type Terminal } from "../terminal/terminal.ts";

/**
 * Checks the types of this code with Deno; `flags` control where code comes
 * from. Prints the errors of Deno. Returns true if the types are correct.
 */
export async function checkTypes(
  terminal: Terminal,
  specifiers: readonly string[],
  project: Project,
  flags: readonly string[] = [],
): Promise<boolean> {
  if (specifiers.length === 0) return true;
  using lock = LockCopy.of(project, flags);
  const { success, stderr, signal } = await denoCommand([
    "check",
    "--quiet",
    configFlag(project),
    ...flags,
    ...lock.flags,
    ...specifiers,
  ], { env: PLAIN, stdout: "null" }).output();
  // Ctrl-C ends the check, too.
  if (success || signal !== null) return success;
  const kind = colored(terminal, "red", "error [LOAD_FAILED]");
  const text = new TextDecoder().decode(stderr)
    .split(/^(?:error: Type checking failed|Stack backtrace)/m)[0]!.trim();
  terminal.printError(`${kind} Cannot use the code: found type errors`);
  terminal.printError(harmless(text, "many").replaceAll(/^(?=.)/gm, "    "));
  return false;
}
