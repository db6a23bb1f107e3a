import { fileURLToPath, pathToFileURL } from "node:url";
import type { CompiledFile } from "../../e2e/cli/compiling.ts";
import { RunningProgram } from "../../support/running_program.ts";
import type { Case, Figures } from "../harness.ts";
import { bundleOf } from "./bundle.ts";
import { storeCodeCache } from "./code_cache.ts";
import { STAYS, writeExample } from "./exiting_example.ts";
import { costFigures, runCost } from "./run_cost.ts";

const root = new URL("../../../", import.meta.url);

/**
 * Code that is or could be loaded at the start: packages, and code that Deno
 * loads for the first timer.
 */
const PARTS: Readonly<Record<string, string>> = {
  empty: "",
  sdk: 'import "@caryatid/sdk";',
  process: 'import "@caryatid/process";',
  logtape: 'import "@logtape/logtape";',
  "smol-toml": 'import "smol-toml";',
  zod: 'import "zod";',
  timers: "setTimeout(() => {}, 0);",
};

const REMARK =
  "processor time until the first message of examples/simple is received, " +
  "and ends it; peer: an empty file";

/** Time from the command to the first message, and its parts. */
export const firstMessage: readonly Case[] = [
  {
    name: "first-message",
    unit: "ms",
    runs: 15,
    run: firstMessageAgainstEmpty,
    ratio: ["cpu", "peer-cpu"],
    remark: REMARK,
  },
  {
    name: "first-message-bundle",
    unit: "ms",
    runs: 15,
    run: bundleAgainstEmpty,
    ratio: ["cpu", "peer-cpu"],
    goals: [{ of: "ratio", most: 2 }],
    remark: `${REMARK}; of what caryatid compile --bundle makes of it`,
  },
  {
    name: "parts",
    unit: "ms",
    runs: 7,
    run: importEach,
    remark: "processor time of deno run of a file with that one import, or " +
      "first timer",
  },
];

let folder: Promise<string> | undefined;
let stored: Promise<void> | undefined;

async function firstMessageAgainstEmpty(): Promise<Figures> {
  const example = await (folder ??= writeExample());
  await (stored ??= storeCodeCache(
    new RunningProgram(["run", STAYS, "--allow-net", `${example}/main.ts`]),
  ));
  return await costFigures(
    () => runCost(["run", "--allow-net", `${example}/main.ts`]),
    () => runCost(["run", "--allow-net", `${example}/empty.ts`]),
  );
}

let bundle: Promise<CompiledFile> | undefined;

async function bundleAgainstEmpty(): Promise<Figures> {
  const example = await (folder ??= writeExample());
  const { args } = await (bundle ??= bundleExample(example));
  return await costFigures(
    () => runCost(args),
    () => runCost(["run", "--allow-net", `${example}/empty.ts`]),
  );
}

async function bundleExample(example: string): Promise<CompiledFile> {
  const made = await bundleOf(pathToFileURL(`${example}/caryatid.toml`));
  const [run, ...file] = made.args;
  await storeCodeCache(new RunningProgram([run!, STAYS, ...file]));
  return made;
}

async function importEach() {
  await using files = await Files.write();
  const took: Record<string, number> = {};
  for (const part of Object.keys(PARTS)) {
    took[part] = await files.cost(part);
  }
  return took;
}

/**
 * A file for each part. They are in a temporary folder, and their imports
 * resolve as in this folder.
 */
class Files implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async write(): Promise<Files> {
    const folder = await Deno.makeTempDir();
    for (const [part, text] of Object.entries(PARTS)) {
      await Deno.writeTextFile(`${folder}/${part}.ts`, text);
    }
    return new Files(folder);
  }

  async cost(part: string): Promise<number> {
    const config = fileURLToPath(new URL("deno.json", root));
    const file = `${this.#folder}/${part}.ts`;
    return (await runCost(["run", "--allow-net", "--config", config, file]))
      .cpu;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}
