import { ROOT } from "../support/running_program.ts";

/** The folder of the Rust project. */
export const RUST_PROJECT = `${ROOT}tests/interop/rust`;

const target = Deno.env.get("CARGO_TARGET_DIR") ?? `${RUST_PROJECT}/target`;

/**
 * Path of the Rust program of the tests, which `deno task test:interop` builds.
 */
export const PEER = `${target}/release/peer`;

/** Returns the reason why the Rust program is unavailable, or undefined. */
export function peerUnavailable(): string | undefined {
  return whyNotPeer(PEER, RUST_PROJECT);
}

/**
 * Returns the reason why the program `peer` is not built from the current
 * sources in `folder`, or undefined.
 */
export function whyNotPeer(peer: string, folder: string): string | undefined {
  const built = changeOf(peer);
  if (built === undefined) {
    return isInstalled("cargo")
      ? "the Rust peer is not built: deno task test:interop"
      : "the Rust peer is not built, and cargo is not installed";
  }
  const newer = sourcesOf(folder).find((file) =>
    changeOf(`${folder}/${file}`)! > built
  );
  return newer &&
    `the Rust peer is older than its ${newer}: deno task test:interop`;
}

/** Returns the source files of the program, relative to `folder`. */
function sourcesOf(folder: string): string[] {
  const sources = [...Deno.readDirSync(`${folder}/src`)];
  return [
    "Cargo.toml",
    "Cargo.lock",
    "build.rs",
    ...sources.map(({ name }) => `src/${name}`).toSorted(),
  ];
}

/** Returns true if the PATH contains the command. */
export function isInstalled(command: string): boolean {
  const path = Deno.env.get("PATH")?.split(":") ?? [];
  return path.some((folder) => changeOf(`${folder}/${command}`) !== undefined);
}

/**
 * Returns the time of the last write in milliseconds, or undefined if the path
 * is not a file.
 */
function changeOf(path: string): number | undefined {
  try {
    const { isFile, mtime } = Deno.statSync(path);
    return isFile ? mtime?.getTime() ?? 0 : undefined;
  } catch {
    return undefined; // absent, or not readable
  }
}
