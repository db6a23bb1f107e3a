import { type Case, Skip } from "../harness.ts";
import { RunningProgram } from "../../support/running_program.ts";

const root = new URL("../../../", import.meta.url);
/** Stays as long as its input. */
const EMPTY = "console.log('here'); await Deno.stdin.read(new Uint8Array(1));";

/** What a process takes that waits for messages. */
export const memory: readonly Case[] = [{
  name: "memory",
  unit: "MB",
  run: idleAgainstEmpty,
  ratio: ["simple", "peer"],
  goals: [{ of: "ratio", most: 1.4 }],
  remark: "resident, once examples/simple has heard its message; peer: " +
    "a file that waits for its input",
}];

async function idleAgainstEmpty(): Promise<{ simple: number; peer: number }> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, EMPTY);
  try {
    await using simple = new RunningProgram(
      ["run", "--allow-net", new URL("examples/simple/main.ts", root).pathname],
    );
    await simple.line(/Received/);
    await using peer = new RunningProgram(["run", file], {}, { input: true });
    await peer.line(/here/);
    return {
      simple: await residentMemory(simple.pid),
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
