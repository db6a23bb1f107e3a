const root = new URL("../../", import.meta.url);

/** Machine and versions of a run; they change all of its figures. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly deno: string;
  readonly v8: string;
}

/** Conditions that change from case to case. */
export interface Conditions {
  /** Abbreviated hash; ends in `with changes` if files were changed. */
  readonly commit: string;
  /** Time of the measurement, in ISO 8601. */
  readonly date: string;
  /** Load of the machine over the last minute. */
  readonly load: number;
}

/** Returns the machine and versions of this program. */
export async function machine(): Promise<Machine> {
  const { deno, v8 } = Deno.version;
  return {
    cpu: await cpuModel(),
    cores: navigator.hardwareConcurrency,
    deno,
    v8,
  };
}

/** Conditions of the figures, apart from the code, as text. */
export async function conditions(): Promise<string> {
  const { cpu, cores, deno, v8 } = await machine();
  return [
    `deno ${deno}, v8 ${v8}, typescript ${Deno.version.typescript}`,
    `${cores} cores, ${cpu}, ${load()}`,
    `${new Date().toISOString()}, commit ${await commit()}`,
  ].join("\n");
}

/** Load of the machine over 1, 5 and 15 minutes. */
export function load(): string {
  const averages = Deno.loadavg().map((average) => average.toFixed(2));
  return `load ${averages.join(" ")}`;
}

/** Hash of the commit of these files, or `unknown`. */
export async function commit(): Promise<string> {
  const hash = await git("rev-parse", "--short", "HEAD");
  if (hash === undefined) return "unknown";
  return await git("status", "--porcelain") ? `${hash} with changes` : hash;
}

async function cpuModel(): Promise<string> {
  try {
    const text = await Deno.readTextFile("/proc/cpuinfo");
    return /^model name\s*:\s*(.+)$/m.exec(text)?.[1] ?? "unknown CPU";
  } catch (error) { // only Linux has it
    return `unknown CPU (${(error as Error).name})`;
  }
}

async function git(...args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args,
      cwd: root,
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch { // git is not installed, and the figures do not need it
    return undefined;
  }
}
