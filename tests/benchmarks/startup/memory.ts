import { type Case, type Figures, Skip } from "../harness.ts";
import type { CompiledFile } from "../../cli/compiling.ts";
import { RunningProgram } from "../../support/running_program.ts";
import { bundleOf } from "./bundle.ts";

const EXAMPLE = new URL("../../../examples/simple/", import.meta.url);
/** Stays as long as its input. */
const EMPTY = "console.log('here'); await Deno.stdin.read(new Uint8Array(1));";

/** What a process takes that waits for messages. */
export const memory: readonly Case[] = [{
  name: "memory",
  unit: "MB",
  run: idleAgainstEmpty,
  ratio: ["simple", "peer"],
  goals: [{ of: "ratio", most: 1.4 }],
  remark: "resident, once examples/simple has heard its message; bundle: " +
    "what compile --bundle makes of it; peer: a file that waits for its input",
}];

let bundled: CompiledFile | undefined;

async function idleAgainstEmpty(): Promise<Figures> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, EMPTY);
  bundled ??= await bundleOf(new URL("caryatid.toml", EXAMPLE));
  try {
    await using simple = new RunningProgram(
      ["run", "--allow-net", new URL("main.ts", EXAMPLE).pathname],
    );
    await simple.line(/Received/);
    await using bundle = bundled.start();
    await bundle.line(/Received/);
    await using peer = new RunningProgram(["run", file], {}, { input: true });
    await peer.line(/here/);
    return {
      simple: await residentMemory(simple.pid),
      bundle: await residentMemory(bundle.pid),
      peer: await residentMemory(peer.pid),
    };
  } finally {
    await Deno.remove(file);
  }
}

/** Of a process, in bytes. */
async function residentMemory(pid: number): Promise<number> {
  if (Deno.build.os === "windows") throw new Skip("there is no ps here");
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "rss=", "-p", String(pid)],
    stderr: "null",
  }).output();
  return Number(new TextDecoder().decode(stdout)) * 1024;
}
