import { ROOT } from "../support/running_program.ts";

/** The folder of the Rust project. */
export const RUST_PROJECT = `${ROOT}tests/interop/rust`;

const target = Deno.env.get("CARGO_TARGET_DIR") ?? `${RUST_PROJECT}/target`;

/** The Rust process of the tests, where `deno task test:interop` puts it. */
export const PEER = `${target}/release/peer`;

/** Why there is no Rust process to test with, or nothing. */
export function peerUnavailable(): string | undefined {
  if (isFile(PEER)) return undefined;
  return isInstalled("cargo")
    ? "the Rust peer isn't built: deno task test:interop"
    : "the Rust peer isn't built, and cargo isn't installed";
}

/** Whether there is a command of that name. */
export function isInstalled(command: string): boolean {
  const path = Deno.env.get("PATH")?.split(":") ?? [];
  return path.some((folder) => isFile(`${folder}/${command}`));
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false; // absent, or not ours to read
  }
}
