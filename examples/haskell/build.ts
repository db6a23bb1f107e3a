import { fileURLToPath } from "node:url";

/** Path of the built Haskell program. */
export const PEER: string = fileURLToPath(
  new URL("./target/peer", import.meta.url),
);

const SOURCES = fileURLToPath(new URL("./peer", import.meta.url));

const ARGUMENTS: readonly string[] = [
  ...["-O", "-Wall", "-optc-Wall", "-optc-Wextra"],
  ...["-outputdir", "../target", "-o", "../target/peer"],
  ...["Main.hs", "bus.c", "-lrabbitmq"],
];

const NEEDED =
  `It needs GHC, the Haskell compiler, and librabbitmq: 73 MB, 800 MB on disk.
On Debian and Ubuntu: sudo apt install ghc librabbitmq-dev`;

/**
 * Builds the Haskell program with GHC. Rejects with the packages to install.
 */
export async function build(): Promise<void> {
  const { code } = await ghc();
  if (code !== 0) {
    throw new Error(`Cannot build the Haskell program: see above.\n${NEEDED}`);
  }
}

async function ghc(): Promise<Deno.CommandStatus> {
  const command = new Deno.Command("ghc", {
    args: [...ARGUMENTS],
    cwd: SOURCES,
    stdin: "null",
  });
  try {
    return await command.spawn().status;
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Error(`Cannot find ghc.\n${NEEDED}`, { cause });
  }
}
