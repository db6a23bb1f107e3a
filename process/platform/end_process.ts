/** Kills a process. It has no effect after the end of the process. */
export function endProcess(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // the process has ended
  }
}
