import { endProcess } from "../../platform/end_process.ts";
import type { JailedProcess } from "../jail/jailed_process.ts";
import type { Pipes } from "../wire/pipe_link.ts";

/** Starts Deno as a guest without a jail. */
export function startUnjailed(
  denoArgs: readonly string[],
  env: Readonly<Record<string, string>>,
): JailedProcess {
  const { command, args } = tiedCommand(Deno.execPath(), denoArgs);
  const child = new Deno.Command(command, {
    args,
    clearEnv: true,
    env: { ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    // A terminal sends Ctrl-C to a whole process group. The guest has its own
    // group, so that its host can stop it in order.
    detached: true,
  }).spawn();
  return {
    pid: child.pid,
    pipes: childPipes(child),
    stderr: child.stderr,
    status: child.status,
    kill: () => endProcess(child),
  };
}

/** Maximum size of one read, in bytes. */
const PIECE = 256 * 1024;

/** Returns the pipes of a host to a guest process. */
export function childPipes(child: Deno.ChildProcess): Pipes {
  // All reads use the same memory. New memory for each read, as Deno allocates
  // otherwise, cost a quarter of the rate of requests.
  const reader = (child.stdout as ReadableStream<Uint8Array<ArrayBuffer>>)
    .getReader({ mode: "byob" });
  const writer = child.stdin.getWriter();
  let piece = new Uint8Array(PIECE);
  return {
    async read() {
      const { done, value } = await reader.read(piece);
      if (done) return null;
      piece = new Uint8Array(value.buffer);
      return value;
    },
    write: (bytes) => writer.write(bytes),
    close() {
      // Both fail if the process has already ended.
      reader.cancel().catch(() => {});
      writer.close().catch(() => {});
    },
  };
}

/** Program of util-linux, which most Linux systems have. */
const SETPRIV = "/usr/bin/setpriv";
const TIED = ["--pdeathsig", "KILL", "--"];

let canTie: boolean | undefined;

/**
 * Returns the command that starts a program so that the operating system kills
 * the program when this process has ended for any reason. A guest in an endless
 * loop does not notice that its pipe has closed. Returns the program alone if
 * this process may not run `setpriv`, or if the system does not support it.
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

/** Tries `setpriv`: an older version does not know the option. */
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
    return false; // the program is missing
  }
}
