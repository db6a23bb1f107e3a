import {
  findJail,
  type FoundJail,
  jailMounts,
  registryEnvironment,
  startJailed,
} from "@caryatid/process/internal/isolation";
import { filePath, PACKAGE_FOLDER } from "@caryatid/process/internal/platform";
import type { GuestProcess } from "./guest_process.ts";

/** Folders of the cache of Deno that hold downloaded code. */
const DOWNLOADED = ["remote", "npm"];

/** Code that an inspection reads. */
export interface InspectedCode {
  /** Cache of Deno. */
  readonly denoDir: string;
  /** Files of the module and of its project. */
  readonly files: readonly string[];
}

/** Returns the jail of this machine; undefined if it has none. */
export async function inspectionJail(): Promise<FoundJail | undefined> {
  const found = await findJail({ path: Deno.env.get("PATH") });
  return "missing" in found ? undefined : found;
}

/**
 * Starts Deno in a jail that has the inspected code, read-only, and neither
 * other files nor a network.
 */
export async function startInspectionInJail(
  jail: FoundJail,
  args: readonly string[],
  { denoDir, files }: InspectedCode,
): Promise<GuestProcess> {
  const local = [...ownFolders(), ...files];
  const cached = [
    ...DOWNLOADED.map((name) => `${denoDir}/${name}`),
    ...local.map((path) => `${denoDir}/gen/file${transpiled(path)}`),
  ];
  const own = [...jail.program, ...local, ...cached];
  const started = await startJailed({
    bwrap: jail.bwrap,
    program: jail.deno,
    args,
    mounts: jailMounts({}, own),
    net: false,
    // Without a PATH, Deno does not say which permission is missing.
    env: {
      ...registryEnvironment(),
      ...{ DENO_DIR: denoDir, PATH: "/usr/bin:/bin" },
    },
    cwd: Deno.cwd(),
  });
  const { pid, pipes, stderr, status } = started;
  return {
    pid,
    stdout: pieces(pipes),
    stderr,
    status,
    async send(text) {
      const sent = pipes.write(new TextEncoder().encode(text));
      await Promise.resolve(sent).catch(() => {}); // its status has the reason
      started.endInput();
    },
    kill: () => started.kill(),
  };
}

/** Returns the local folders of Caryatid; none if it comes from a registry. */
function ownFolders(): string[] {
  // In a registry, the name of the SDK cannot be resolved.
  if (!import.meta.url.startsWith("file:")) return [];
  return [
    new URL(PACKAGE_FOLDER),
    new URL(".", import.meta.resolve("@caryatid/sdk")),
    new URL("../", import.meta.url),
  ].map((url) => filePath(url).replace(/\/$/, ""));
}

/** Returns the path of transpiled code below `gen/file` of Deno's cache. */
function transpiled(path: string): string {
  return /\.[cm]?[tj]sx?$/.test(path) ? `${path}.js` : path;
}

async function* pieces(
  { read }: { read(): Promise<Uint8Array | null> },
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (;;) {
    const piece = await read();
    if (piece === null) return;
    yield new Uint8Array(piece); // the next read frees this one
  }
}
