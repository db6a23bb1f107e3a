import { fileURLToPath } from "node:url";

/** Where the program in Haskell is, once it is built. */
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
  `It takes GHC, the compiler of Haskell, and librabbitmq: 73 MB, 800 MB on disk.
On Debian and Ubuntu: sudo apt install ghc librabbitmq-dev`;

/** Has GHC build what has changed, and show it; rejects with what to install when that fails. */
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
