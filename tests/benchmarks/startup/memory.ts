import { type Case, type Figures, Skip } from "../harness.ts";
import type { CompiledFile } from "../../e2e/cli/compiling.ts";
import { RunningProgram } from "../../support/running_program.ts";
import { bundleOf } from "./bundle.ts";

const EXAMPLE = new URL("../../../examples/simple/", import.meta.url);
const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;
/** Program that ends with its input. */
const EMPTY = "console.log('here'); await Deno.stdin.read(new Uint8Array(1));";
const PACKAGES = `import "@logtape/logtape"; import "smol-toml"; ${EMPTY}`;

/** Memory of a process that waits for messages. */
export const memory: readonly Case[] = [{
  name: "memory",
  unit: "MB",
  run: idleAgainstEmpty,
  ratio: ["simple", "peer"],
  remark: "resident, once examples/simple has received its message; bundle: " +
    "what compile --bundle makes of it; peer: a file that waits for its " +
    "input; packages: one that also imports LogTape and smol-toml",
}];

let bundled: CompiledFile | undefined;

async function idleAgainstEmpty(): Promise<Figures> {
  bundled ??= await bundleOf(new URL("caryatid.toml", EXAMPLE));
  await using simple = new RunningProgram(
    ["run", "--allow-net", new URL("main.ts", EXAMPLE).pathname],
  );
  await simple.line(/Received/);
  await using bundle = bundled.start();
  await bundle.line(/Received/);
  return {
    simple: await residentMemory(simple.pid),
    bundle: await residentMemory(bundle.pid),
    packages: await waiting(PACKAGES, [`--config=${CONFIG}`]),
    peer: await waiting(EMPTY),
  };
}

/** Returns the memory of a program with this text while it waits for input. */
async function waiting(
  text: string,
  flags: readonly string[] = [],
): Promise<number> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, text);
  try {
    await using program = new RunningProgram(
      ["run", ...flags, file],
      {},
      { input: true },
    );
    await program.line(/here/);
    return await residentMemory(program.pid);
  } finally {
    await Deno.remove(file);
  }
}

/** Returns the memory of a process, in bytes. */
async function residentMemory(pid: number): Promise<number> {
  if (Deno.build.os === "windows") throw new Skip("there is no ps here");
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "rss=", "-p", String(pid)],
    stderr: "null",
  }).output();
  return Number(new TextDecoder().decode(stdout)) * 1024;
}
