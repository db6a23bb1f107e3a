import type { Case, Figures } from "../harness.ts";
import { RunningProgram } from "../../support/running_program.ts";
import { storeCodeCache } from "../startup/code_cache.ts";
import { writeExample } from "../startup/exiting_example.ts";
import { costFigures, runCost } from "../startup/run_cost.ts";
import { caryatid, path } from "./command.ts";

/** Time from the command to the first message. */
export const run: Case = {
  name: "run",
  unit: "ms",
  clock: "processor",
  runs: 15,
  run: commandAgainstProgram,
  ratio: ["cpu", "peer-cpu"],
  remark: "processor time of caryatid run of examples/simple until its first " +
    "message is received; peer: deno run of its main.ts, which checks less",
};

let example: Promise<string> | undefined;

async function commandAgainstProgram(): Promise<Figures> {
  const [command, program] = commands(await (example ??= preparedExample()));
  return await costFigures(() => runCost(command), () => runCost(program));
}

/** Writes the example. The original, run both ways, fills the caches. */
async function preparedExample(): Promise<string> {
  for (const args of commands(path("examples/simple"))) {
    await storeCodeCache(new RunningProgram(args));
  }
  return await writeExample();
}

/** Arguments of Deno for the command and for the program. */
function commands(folder: string): readonly [string[], string[]] {
  return [
    caryatid("run", `${folder}/caryatid.toml`),
    ["run", "--allow-net", `${folder}/main.ts`],
  ];
}
