import { exists } from "./exists.ts";
import { SHELL } from "./shell.ts";

/** Folder that exists while systemd is the first process of the machine. */
const SYSTEMD = "/run/systemd/system";
/** Variables by which a program finds the systemd of its user. */
const VARIABLES = ["XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"];
/** Share of a busy processor, compared with 100 of other programs. */
const CPU_WEIGHT = 20;
/**
 * Bytes above the limit of a guest. The host checks the limit itself and
 * reports why it ends the guest; the scope catches growth between two checks.
 */
const SLACK = 64 * 2 ** 20;
/** Limit of the scope that is tried, in bytes. */
const TRIED = 64 * 2 ** 20;
/** Prints the limit of the cgroup in which it runs. */
const SHOW =
  "cat /sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/memory.max";

/** Command that starts a program in a scope of systemd, a separate cgroup. */
export interface ScopeStarter {
  /** Path of systemd-run. */
  readonly command: string;
  /** True for the systemd of the user, false for that of the machine. */
  readonly ofUser: boolean;
  /** Variables that the command needs. */
  readonly env: Readonly<Record<string, string>>;
}

/** Options of {@linkcode findScope}. */
export interface FindScopeOptions {
  /** Folders that contain systemd-run, as in the variable PATH. */
  readonly path: string;
  /** Folder that shows that systemd runs. By default that of systemd. */
  readonly systemd?: string;
}

/**
 * Finds out whether systemd can limit the memory of a guest, by starting a
 * program with a limit. Returns undefined if it cannot.
 */
export async function findScope(
  { path, systemd = SYSTEMD }: FindScopeOptions,
): Promise<ScopeStarter | undefined> {
  if (!exists(systemd)) return undefined;
  const command = path.split(":").map((folder) => `${folder}/systemd-run`)
    .find(exists);
  if (command === undefined || !mayRun(command)) return undefined;
  const env = userVariables();
  const starters = [{ command, ofUser: false, env: {} }];
  if (VARIABLES[0]! in env) starters.unshift({ command, ofUser: true, env });
  for (const starter of starters) {
    if (await limits(starter)) return starter;
  }
  return undefined;
}

/** Returns the arguments of systemd-run up to the started program. */
export function scopeArgs(
  { ofUser }: Pick<ScopeStarter, "ofUser">,
  memory: number,
): string[] {
  return [
    ...ofUser ? ["--user"] : [],
    ...["--scope", "--quiet", "--collect"],
    ...["-p", `MemoryMax=${memory}`],
    ...["-p", "MemorySwapMax=0"],
    ...["-p", `CPUWeight=${CPU_WEIGHT}`],
    "--",
  ];
}

/** Returns the limit of the scope of a guest, in bytes. */
export function scopeMemory(memory: number): number {
  return memory + SLACK;
}

/** Returns true if a program in the scope has the limit. */
async function limits(starter: ScopeStarter): Promise<boolean> {
  try {
    const { success, stdout } = await new Deno.Command(starter.command, {
      args: [...scopeArgs(starter, TRIED), SHELL, "-c", SHOW],
      clearEnv: true,
      env: { ...starter.env, PATH: "/usr/bin:/bin" },
      stdin: "null",
      stderr: "null",
    }).output();
    return success && new TextDecoder().decode(stdout).trim() === `${TRIED}`;
  } catch {
    return false; // it cannot be started
  }
}

function mayRun(command: string): boolean {
  const { state } = Deno.permissions.querySync({ name: "run", command });
  return state === "granted";
}

/** Returns the variables that this program may read. */
function userVariables(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const variable of VARIABLES) {
    const { state } = Deno.permissions.querySync({ name: "env", variable });
    const value = state === "granted" ? Deno.env.get(variable) : undefined;
    if (value !== undefined) env[variable] = value;
  }
  return env;
}
