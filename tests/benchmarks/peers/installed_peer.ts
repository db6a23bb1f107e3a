import { fileURLToPath } from "node:url";
import { Skip } from "../harness.ts";

/** A program that measures another library, and the packages it imports. */
export interface PeerProgram {
  /** File in this folder. It imports packages by computed specifiers. */
  readonly file: string;
  /** Exact versions by name. */
  readonly packages: Readonly<Record<string, string>>;
}

/** Environment variables that replace those of this process. */
type Environment = Readonly<Record<string, string>>;

/** Files that programs import, as paths from the folder of the benchmarks. */
const SHARED = ["core/thread_time.ts"];
const BENCHMARKS = new URL("../", import.meta.url);
const INSTALL_DEADLINE = 120_000;
const RUN_DEADLINE = 120_000;

/**
 * Runs a peer in a separate process, and returns the figure that it prints.
 * Installs its packages first, into a cache outside of the repository.
 *
 * @throws {Skip} if a package cannot be installed
 */
export async function measurePeer(
  peer: PeerProgram,
  options: Readonly<Record<string, unknown>>,
  env: Environment = {},
): Promise<number> {
  const folder = await install(peer, env);
  for (const path of [`peers/${peer.file}`, ...SHARED]) {
    const target = `${folder}/${path}`;
    await Deno.mkdir(target.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.copyFile(fileURLToPath(new URL(path, BENCHMARKS)), target);
  }
  const { success, stdout, stderr } = await deno(folder, RUN_DEADLINE, [
    ...["run", "-A", "--no-check", "--no-lock", "--node-modules-dir=manual"],
    ...[`peers/${peer.file}`, JSON.stringify(options)],
  ], env);
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${peer.file}: ${decoder.decode(stderr)}`);
  return Number(decoder.decode(stdout).trim().split("\n").at(-1));
}

/** Installs the packages once for these versions. Returns their folder. */
async function install(
  { packages }: PeerProgram,
  env: Environment,
): Promise<string> {
  const names = Object.entries(packages).map(([name, version]) =>
    `${name.replaceAll("/", "-")}@${version}`
  );
  const folder = `${cacheFolder(env)}/${names[0]}`;
  const dependencies = JSON.stringify({ dependencies: packages });
  if (await isInstalled(folder, dependencies)) return folder;
  // A cache of other versions is removed; usually none exists.
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/package.json`, dependencies);
  const { success, stderr } = await deno(folder, INSTALL_DEADLINE, [
    ...["install", "--quiet", "--no-lock", "--node-modules-dir=auto"],
  ], env);
  if (!success) {
    await Deno.remove(folder, { recursive: true });
    const [reason] = new TextDecoder().decode(stderr).trim().split("\n");
    throw new Skip(`cannot install ${names.join(", ")}: ${reason}`);
  }
  await Deno.writeTextFile(`${folder}/installed.json`, dependencies);
  return folder;
}

async function isInstalled(folder: string, wanted: string): Promise<boolean> {
  try {
    return await Deno.readTextFile(`${folder}/installed.json`) === wanted;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function cacheFolder(env: Environment): string {
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? ".";
  const cache = env["XDG_CACHE_HOME"] ?? Deno.env.get("XDG_CACHE_HOME") ??
    `${home}/.cache`;
  return `${cache}/caryatid-bench`;
}

async function deno(
  cwd: string,
  deadline: number,
  args: readonly string[],
  env: Environment,
): Promise<Deno.CommandOutput> {
  return await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    signal: AbortSignal.timeout(deadline),
  }).output();
}
