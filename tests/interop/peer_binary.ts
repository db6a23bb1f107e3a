import { ROOT } from "../support/running_program.ts";

/** The folder of the Rust project. */
export const RUST_PROJECT = `${ROOT}tests/interop/rust`;

const target = Deno.env.get("CARGO_TARGET_DIR") ?? `${RUST_PROJECT}/target`;

/** The Rust process of the tests, where `deno task test:interop` puts it. */
export const PEER = `${target}/release/peer`;

/** Why there is no Rust process to test with, or nothing. */
export function peerUnavailable(): string | undefined {
  return whyNotPeer(PEER, RUST_PROJECT);
}

/** Why the program `peer` is none of the project in `folder` as it is now, or nothing. */
export function whyNotPeer(peer: string, folder: string): string | undefined {
  const built = changeOf(peer);
  if (built === undefined) {
    return isInstalled("cargo")
      ? "the Rust peer isn't built: deno task test:interop"
      : "the Rust peer isn't built, and cargo isn't installed";
  }
  const newer = sourcesOf(folder).find((file) =>
    changeOf(`${folder}/${file}`)! > built
  );
  return newer &&
    `the Rust peer is older than its ${newer}: deno task test:interop`;
}

/** What the program is built from, below `folder`. */
function sourcesOf(folder: string): string[] {
  const sources = [...Deno.readDirSync(`${folder}/src`)];
  return [
    "Cargo.toml",
    "Cargo.lock",
    "build.rs",
    ...sources.map(({ name }) => `src/${name}`).toSorted(),
  ];
}

/** Whether there is a command of that name. */
export function isInstalled(command: string): boolean {
  const path = Deno.env.get("PATH")?.split(":") ?? [];
  return path.some((folder) => changeOf(`${folder}/${command}`) !== undefined);
}

/** When the file was last written, in milliseconds; nothing if it is none. */
function changeOf(path: string): number | undefined {
  try {
    const { isFile, mtime } = Deno.statSync(path);
    return isFile ? mtime?.getTime() ?? 0 : undefined;
  } catch {
    return undefined; // absent, or not ours to read
  }
}
