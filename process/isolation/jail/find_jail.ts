import { startJailed } from "./jailed_process.ts";
import { jailMounts } from "./mounts.ts";
import { findScope, type ScopeStarter } from "./scope.ts";
import { SHELL } from "./shell.ts";

/** Jail that this machine can start. */
export interface FoundJail {
  /** Path of bubblewrap. */
  readonly bwrap: string;
  /** Path of Deno. */
  readonly deno: string;
  /** Files that Deno needs to run, itself first. */
  readonly program: readonly string[];
  /** Starts guests in a cgroup with limits, if the machine can. */
  readonly scope?: ScopeStarter | undefined;
}

/** Reason why this machine has no jail, as the end of a sentence. */
export interface NoJail {
  readonly missing: string;
}

/** Options of {@linkcode findJail}. */
export interface FindOptions {
  /** Operating system. By default this one. */
  readonly os?: string;
  /** Folders that contain bubblewrap, as in the variable PATH. */
  readonly path?: string | undefined;
}

const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/** Variable that node:child_process reads at each start. */
const VARIABLE = "NODE_V8_COVERAGE";
/** Permissions of a program that starts jails. */
const NEEDED: readonly Deno.PermissionDescriptor[] = [
  { name: "run", command: SHELL },
  { name: "env", variable: VARIABLE },
];

const found = new Map<string, Promise<FoundJail | NoJail>>();

/**
 * Tests if this machine can start a jail, by starting Deno in one. The result
 * is cached until the process ends.
 */
export function findJail(
  { os = Deno.build.os, path = DEFAULT_PATH }: FindOptions = {},
): Promise<FoundJail | NoJail> {
  const key = `${os} ${path}`;
  let jail = found.get(key);
  if (jail === undefined) found.set(key, jail = tryJail(os, path));
  return jail;
}

async function tryJail(os: string, path: string): Promise<FoundJail | NoJail> {
  if (os !== "linux") {
    return { missing: "only Linux has the jail (bubblewrap)" };
  }
  for (const needed of NEEDED) {
    const { state } = await Deno.permissions.query(needed);
    if (state === "granted") continue;
    return {
      missing:
        `this program may not start it: grant --allow-run=deno,${SHELL} ` +
        `--allow-env=${VARIABLE}, or let caryatid run start it`,
    };
  }
  const bwrap = await shell('command -v bwrap || printf ""', { PATH: path });
  if (!bwrap.startsWith("/")) {
    return {
      missing:
        "bubblewrap is not installed: install the package bubblewrap (the command bwrap)",
    };
  }
  const deno = Deno.execPath();
  const program = [deno, ...await librariesOf(deno)];
  const fault = await startFault({ bwrap, deno, program });
  return fault === undefined
    ? { bwrap, deno, program, scope: await findScope({ path }) }
    : { missing: `bubblewrap cannot start a jail (${fault})${advice(fault)}` };
}

/** Starts Deno in an empty jail. Returns the error if it does not run. */
async function startFault(
  { bwrap, deno, program }: FoundJail,
): Promise<string | undefined> {
  try {
    const jailed = await startJailed({
      bwrap,
      program: deno,
      args: ["--version"],
      mounts: jailMounts({}, program),
      net: false,
      env: {},
      cwd: "/",
    });
    const faults = await textOf(jailed.stderr);
    const { code } = await jailed.status;
    jailed.pipes.close();
    if (code === 0) return undefined;
    return faults.trim().split("\n").at(-1) || `it exited ${code}`;
  } catch (error) {
    return (error as Error).message;
  }
}

function advice(fault: string): string {
  return /namespace|not permitted|user|clone|uid map/i.test(fault)
    ? ": the system must allow user namespaces (kernel.unprivileged_userns_clone, " +
      "user.max_user_namespaces, AppArmor, seccomp of a container)"
    : "";
}

/** Returns the shared libraries of a program, as the loader finds them. */
async function librariesOf(program: string): Promise<string[]> {
  const listed = await shell(
    'LD_TRACE_LOADED_OBJECTS=1 exec "$0" --version',
    {},
    program,
  );
  return listed.split("\n").flatMap((line) =>
    /(?:=>\s*|^\s*)(\/\S+)\s+\(0x/.exec(line)?.[1] ?? []
  );
}

async function shell(
  script: string,
  env: Record<string, string>,
  ...args: string[]
): Promise<string> {
  const { stdout } = await new Deno.Command(SHELL, {
    args: ["-c", script, ...args],
    clearEnv: true,
    env,
    stdin: "null",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const piece of stream) text += piece;
  return text;
}
