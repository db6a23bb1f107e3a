/**
 * Runs the files with failed tests of a task again, one at a time:
 * `deno run -A .ci/rerun/main.ts TASK OUTPUT`. OUTPUT is a file with what the
 * task printed. Exits with 0 if all tests pass now.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { failedFiles } from "./failed_files.ts";
import { testArguments } from "./test_arguments.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const [task, output] = Deno.args;
const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
const command: string | undefined = tasks[task!]?.command ?? tasks[task!];
const flags = command === undefined ? undefined : testArguments(command);
const files = failedFiles(await Deno.readTextFile(output!));
if (flags === undefined || files.length === 0) Deno.exit(1);

for (const file of files) {
  // deno-lint-ignore no-console -- the output of the script
  console.log(`── again, alone: ${file}`);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["test", ...flags, file],
    cwd: ROOT,
    stdin: "null",
  }).spawn().status;
  if (!success) Deno.exit(1);
}
