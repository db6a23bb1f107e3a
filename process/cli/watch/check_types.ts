import { safeEnvironment } from "../inspection/child.ts";
import { LockCopy } from "../lock_copy.ts";
import { configFlag, type Project } from "../project.ts";
import { coloured, harmless, type Terminal } from "../terminal.ts";

/**
 * Has Deno check the types of this code; `flags` say where code comes from. What is wrong is shown as Deno shows it. Gives whether all
 * is well.
 */
export async function checkTypes(
  terminal: Terminal,
  specifiers: readonly string[],
  project: Project,
  flags: readonly string[] = [],
): Promise<boolean> {
  if (specifiers.length === 0) return true;
  using lock = LockCopy.of(project, flags);
  const { success, stderr, signal } = await new Deno.Command(Deno.execPath(), {
    args: [
      "check",
      "--quiet",
      configFlag(project),
      ...flags,
      ...lock.flags,
      ...specifiers,
    ],
    env: { ...safeEnvironment(), NO_COLOR: "1" },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
  }).output();
  // Ctrl-C ends it, too.
  if (success || signal !== null) return success;
  const kind = coloured(terminal, "red", "error [LOAD_FAILED]");
  const said = new TextDecoder().decode(stderr)
    .split(/^(?:error: Type checking failed|Stack backtrace)/m)[0]!.trim();
  terminal.complain(`${kind} Cannot use the new code: its types don't fit`);
  terminal.complain(harmless(said, "many").replaceAll(/^(?=.)/gm, "    "));
  return false;
}
