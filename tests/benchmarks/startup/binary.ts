import { type Case, Skip } from "../harness.ts";
import { milliseconds } from "../core/count.ts";
import { compileRuntime } from "../../e2e/cli/compiling.ts";

const root = new URL("../../../", import.meta.url);
const QUITS = `import { defineModule } from "@caryatid/sdk";
export default defineModule({
  name: "quits",
  init: (context) => context.run(() => Deno.exit(0)),
});`;

/** Returns the compiled program, if Deno can compile. */
export const binary: readonly Case[] = [{
  name: "binary",
  unit: "ms",
  runs: 7,
  run: binaryAgainstEmpty,
  ratio: ["service", "peer"],
  goals: [{ of: "ratio", most: 2 }],
  remark: "a binary of caryatid compile until its module works, and ends " +
    "it; peer: an empty file, compiled",
}];

let folder: string | undefined;

async function binaryAgainstEmpty(): Promise<
  { service: number; peer: number }
> {
  if (!await compileRuntime()) {
    throw new Skip("there is no denort of this Deno, which compiles");
  }
  folder ??= await compileBoth();
  return {
    service: await milliseconds(() => run(`${folder}/service`)),
    peer: await milliseconds(() => run(`${folder}/empty`)),
  };
}

/** Compiles once, since that takes longer than all runs. */
async function compileBoth(): Promise<string> {
  const made = await Deno.makeTempDir();
  addEventListener("unload", () => Deno.removeSync(made, { recursive: true }));
  await Deno.writeTextFile(`${made}/quits.ts`, QUITS);
  await Deno.writeTextFile(`${made}/empty.ts`, "");
  const toml = `${made}/service.toml`;
  await Deno.writeTextFile(toml, '[module.quits]\nimport = "./quits.ts"\n');
  const cli = new URL("cli/mod.ts", root).pathname;
  await run(Deno.execPath(), [
    ...["run", "-A", cli, "compile", toml, "-o", `${made}/service`],
  ]);
  await run(Deno.execPath(), [
    ...["compile", "-o", `${made}/empty`, `${made}/empty.ts`],
  ]);
  return made;
}

async function run(command: string, args: readonly string[] = []) {
  const { success, stderr } = await new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
