import { against, type Case } from "../harness.ts";
import { caryatid, ConfigFile, path } from "./command.ts";

const EXAMPLE = "examples/simple";

/** From the command to the first message. */
export const run: Case = {
  name: "run",
  unit: "ms",
  runs: 15,
  run: async () => {
    await using file = await simple();
    return await against(
      () => firstMessage(caryatid("run", file.path)),
      () => firstMessage(["run", "--allow-net", path(`${EXAMPLE}/main.ts`)]),
    )();
  },
  ratio: ["ours", "peer"],
  goals: [{ of: "ratio", most: 2.5 }],
  remark: "caryatid run of examples/simple until its first message is heard; " +
    "peer: deno run of its main.ts, which looks into nothing first",
};

/** The configuration of the example, whose modules are imported here, where its program registers them. */
async function simple(): Promise<ConfigFile> {
  const toml = await Deno.readTextFile(path(`${EXAMPLE}/simple.toml`));
  return await ConfigFile.of(toml.replaceAll(
    /^\[module\.(\w+)\]$/gm,
    (section, name) =>
      `${section}\nimport = ${JSON.stringify(path(`${EXAMPLE}/${name}.ts`))}`,
  ));
}

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
