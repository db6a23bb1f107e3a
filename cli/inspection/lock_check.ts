import { denoCommand, PLAIN } from "../deno/deno_command.ts";
import { type DenoFault, faultOf } from "../deno/deno_fault.ts";
import { configFlag } from "../project/project.ts";
import { writeProgram } from "./guest_process.ts";
import { IGNORED_FLAGS, type InspectOptions } from "./inspector_process.ts";

/**
 * Compares code with the lock file, and adds missing entries to the copy of the
 * lock file: in the jail, Deno cannot write it. Runs none of the code. Returns
 * the fault if Deno refuses the code. Missing code is not a fault here.
 */
export async function lockFault(
  specifiers: readonly string[],
  { project, flags = [] }: InspectOptions,
): Promise<DenoFault | undefined> {
  if (flags.includes("--no-lock")) return undefined;
  const child = denoCommand([
    ...["run", "--no-prompt", "--quiet", "--cached-only", configFlag(project)],
    ...flags.filter((flag) => !IGNORED_FLAGS.includes(flag)),
    "-",
  ], { env: PLAIN, stdin: "piped", stdout: "null", stderr: "piped" }).spawn();
  const imports = specifiers.map((one) => `import(${JSON.stringify(one)})`);
  const [{ success }, errors] = await Promise.all([
    child.status,
    new Response(child.stderr).text(),
    // Deno loads literal imports before it runs the program.
    writeProgram(child, `() => [${imports.join()}];`),
  ]);
  return success ? undefined : faultOf(errors);
}
