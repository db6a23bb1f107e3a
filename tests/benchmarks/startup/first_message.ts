import type { CompiledFile } from "../../cli/compiling.ts";
import type { Case } from "../harness.ts";
import { bundleOf } from "./bundle.ts";
import { milliseconds } from "../core/count.ts";

const root = new URL("../../../", import.meta.url);
const EXAMPLE = new URL("examples/simple/", root);

/** What is loaded at the start, or could be: packages, and what Deno itself loads for the first timer. */
const PARTS: Readonly<Record<string, string>> = {
  empty: "",
  sdk: 'import "@caryatid/sdk";',
  process: 'import "@caryatid/process";',
  logtape: 'import "@logtape/logtape";',
  "smol-toml": 'import "smol-toml";',
  zod: 'import "zod";',
  timers: "setTimeout(() => {}, 0);",
};

/** From the command to the first message, and where that time goes. */
export const firstMessage: readonly Case[] = [
  {
    name: "first-message",
    unit: "ms",
    runs: 7,
    run: firstMessageAgainstEmpty,
    ratio: ["message", "peer"],
    goals: [{ of: "ratio", most: 2 }],
    remark: "until the first message of examples/simple is heard, and until " +
      "its line is printed, by LogTape; peer: an empty file",
  },
  {
    name: "first-message-bundle",
    unit: "ms",
    runs: 7,
    run: bundleAgainstEmpty,
    ratio: ["message", "peer"],
    goals: [{ of: "ratio", most: 2 }],
    remark: "the same, of what caryatid compile --bundle makes of it",
  },
  {
    name: "parts",
    unit: "ms",
    runs: 7,
    run: importEach,
    remark: "deno run of a file with that one import, or first timer",
  },
];

async function firstMessageAgainstEmpty() {
  await using files = await Files.write();
  return {
    ...await hearFirst([
      "run",
      "--allow-net",
      new URL("main.ts", EXAMPLE).pathname,
    ]),
    peer: await milliseconds(() => files.run("empty")),
  };
}

let bundle: CompiledFile | undefined;

async function bundleAgainstEmpty() {
  bundle ??= await bundleOf(new URL("caryatid.toml", EXAMPLE));
  await using files = await Files.write();
  return {
    ...await hearFirst(bundle.args),
    peer: await milliseconds(() => files.run("empty")),
  };
}

async function importEach() {
  await using files = await Files.write();
  const took: Record<string, number> = {};
  for (const part of Object.keys(PARTS)) {
    took[part] = await milliseconds(() => files.run(part));
  }
  return took;
}

/** When the message was heard is what its log record says, to the millisecond. */
async function hearFirst(
  args: readonly string[],
): Promise<{ message: number; printed: number }> {
  const start = Date.now();
  await using child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let text = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    const heard = text.match(/^(\S+Z) .*Received.*\n/m);
    if (heard === null) continue;
    const printed = Date.now() - start;
    return { message: Date.parse(heard[1]!) - start, printed };
  }
  throw new Error(`examples/simple ended without a message: ${text}`);
}

/** A file for each part. They stand in a temporary folder, and resolve as if they stood here. */
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

  async run(part: string): Promise<void> {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...[
          "run",
          "--allow-net",
          "--config",
          new URL("deno.json", root).pathname,
        ],
        `${this.#folder}/${part}.ts`,
      ],
      stdin: "null",
      stdout: "null",
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}
