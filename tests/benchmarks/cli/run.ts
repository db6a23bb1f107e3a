import { against, type Case } from "../harness.ts";
import { caryatid, path } from "./command.ts";

const EXAMPLE = "examples/simple";

/** From the command to the first message. */
export const run: Case = {
  name: "run",
  unit: "ms",
  runs: 15,
  run: against(
    () => firstMessage(caryatid("run", path(`${EXAMPLE}/caryatid.toml`))),
    () => firstMessage(["run", "--allow-net", path(`${EXAMPLE}/main.ts`)]),
  ),
  ratio: ["ours", "peer"],
  goals: [{ of: "ratio", most: 2.5 }],
  remark: "caryatid run of examples/simple until its first message is heard; " +
    "peer: deno run of its main.ts, which looks into nothing first",
};

/** When the message was heard is what its log record says, to the millisecond. */
async function firstMessage(args: string[]): Promise<number> {
  const start = Date.now();
  await using child = new Deno.Command(Deno.execPath(), {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let text = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    const heard = text.match(/^(\S+Z) .*Received.*\n/m);
    if (heard !== null) return Date.parse(heard[1]!) - start;
  }
  throw new Error(`it ended without a message: ${text}`);
}
