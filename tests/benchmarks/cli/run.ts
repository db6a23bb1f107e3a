import type { Case, Figures } from "../harness.ts";
import { writeExample } from "../startup/exiting_example.ts";
import { costFigures, runCost } from "../startup/run_cost.ts";
import { caryatid } from "./command.ts";

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

let folder: Promise<string> | undefined;

async function commandAgainstProgram(): Promise<Figures> {
  const example = await (folder ??= writeExample());
  return await costFigures(
    () => runCost(caryatid("run", `${example}/caryatid.toml`)),
    () => runCost(["run", "--allow-net", `${example}/main.ts`]),
  );
}
