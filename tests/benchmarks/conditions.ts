const root = new URL("../../", import.meta.url);

/** What the figures depend on, beside the code. */
export async function conditions(): Promise<string> {
  const { deno, v8, typescript } = Deno.version;
  return [
    `deno ${deno}, v8 ${v8}, typescript ${typescript}`,
    `${navigator.hardwareConcurrency} cores, ${await cpuModel()}, ${load()}`,
    `${new Date().toISOString()}, commit ${await commit()}`,
  ].join("\n");
}

/** How busy the machine is: over 1, 5 and 15 minutes. */
export function load(): string {
  const averages = Deno.loadavg().map((average) => average.toFixed(2));
  return `load ${averages.join(" ")}`;
}

async function cpuModel(): Promise<string> {
  try {
    const text = await Deno.readTextFile("/proc/cpuinfo");
    return /^model name\s*:\s*(.+)$/m.exec(text)?.[1] ?? "unknown CPU";
  } catch (error) { // only Linux has it
    return `unknown CPU (${(error as Error).name})`;
  }
}

async function commit(): Promise<string> {
  const hash = await git("rev-parse", "--short", "HEAD");
  if (hash === undefined) return "unknown";
  return await git("status", "--porcelain") ? `${hash} with changes` : hash;
}

async function git(...args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args,
      cwd: root,
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch { // git isn't installed: the figures are good without
    return undefined;
  }
}
