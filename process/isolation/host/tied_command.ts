/** Of util-linux, which most systems with Linux have. */
const SETPRIV = "/usr/bin/setpriv";
const TIED = ["--pdeathsig", "KILL", "--"];

let canTie: boolean | undefined;

/**
 * The command that starts a program so that the system itself ends it when this process has ended, however that was: a guest in a loop
 * doesn't notice that its pipe has closed. The program alone where this process may not, or the system can't.
 */
export function tiedCommand(
  program: string,
  args: readonly string[],
): { readonly command: string; readonly args: string[] } {
  canTie ??= findOut();
  return canTie
    ? { command: SETPRIV, args: [...TIED, program, ...args] }
    : { command: program, args: [...args] };
}

/** An older one doesn't know the option. */
function findOut(): boolean {
  if (Deno.build.os !== "linux") return false;
  const { state } = Deno.permissions.querySync({
    name: "run",
    command: SETPRIV,
  });
  if (state !== "granted") return false;
  try {
    const { success } = new Deno.Command(SETPRIV, {
      args: [...TIED, SETPRIV, "--version"],
      ...{ clearEnv: true, env: {}, stdin: "null" },
      ...{ stdout: "null", stderr: "null" },
    }).outputSync();
    return success;
  } catch {
    return false; // there is none
  }
}
