/**
 * Returns the processes of the guest of a module, by the location that each is
 * given. The process of bubblewrap around a guest is not among them.
 */
export async function guestPids(id: string): Promise<number[]> {
  // The brackets keep the search from finding itself.
  const location = `--location=http://[${id[0]}]${id.slice(1)}.guest.invalid/`;
  const search =
    `grep -la -e '${location}' /proc/[0-9]*/cmdline 2>/dev/null | ` +
    "xargs -r grep -La -e '[-]-info-fd' 2>/dev/null";
  const { stdout } = await new Deno.Command("sh", { args: ["-c", search] })
    .output();
  const paths = new TextDecoder().decode(stdout).split("\n");
  return paths.filter((path) => path !== "").map((path) =>
    Number(path.split("/")[2])
  );
}

/**
 * Resolves when all of these processes have ended; fails after 60 s.
 */
export async function gone(pids: readonly number[]): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const left = pids.filter(isThere);
    if (left.length === 0) return;
    if (performance.now() > deadline) {
      throw new Error(`Still there: ${left.join(", ")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isThere(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT"); // harmless
    return true;
  } catch {
    return false;
  }
}
