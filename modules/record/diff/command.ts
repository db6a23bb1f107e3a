import { CaryatidError } from "@caryatid/sdk";
import { parseArgs } from "node:util";
import { diffRecordings } from "./diff_recordings.ts";
import { reportDiff } from "./report.ts";

const USAGE = `deno task diff A B [option…]

Compares two recordings: A, what was expected, and B, what came. Each is a folder that "record" wrote, or a file of it.

  --ignore=PATH   doesn't compare that path: message.time, message.items[*].id, headers; may be given more than once
  --time          compares times, too
  --ids           compares ids, too
  --window=N      how far apart what belongs together may be, in messages (10000)
  --most=N        how many differences are listed (1000)
  --skip-damage   goes on behind what is damaged

Exit code: 0 the same, 1 different, 2 wrong use or nothing to compare.`;

/** Runs `diff` with the arguments of a command line; gives its exit code. */
export async function diffCommand(
  args: readonly string[],
  write: (line: string) => void,
): Promise<0 | 1 | 2> {
  try {
    const { values, positionals } = parse(args);
    if (values.help) {
      write(USAGE);
      return 0;
    }
    const [a, b] = positionals;
    if (a === undefined || b === undefined || positionals.length > 2) {
      write(`wanted two recordings, found ${positionals.length}\n\n${USAGE}`);
      return 2;
    }
    const diff = await diffRecordings(a, b, {
      ignore: values.ignore ?? [],
      time: values.time ?? false,
      ids: values.ids ?? false,
      onDamage: values["skip-damage"] ? "skip" : "fail",
      ...countOption("window", values.window),
      ...countOption("most", values.most),
    });
    for (const line of reportDiff(diff)) write(line);
    return diff.same ? 0 : 1;
  } catch (error) {
    write(explained(error));
    return 2;
  }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: "boolean" },
      ignore: { type: "string", multiple: true },
      time: { type: "boolean" },
      ids: { type: "boolean" },
      window: { type: "string" },
      most: { type: "string" },
      "skip-damage": { type: "boolean" },
    },
  });
}

function countOption(name: "window" | "most", text: string | undefined) {
  return text === undefined ? {} : { [name]: Number(text) };
}

function explained(error: unknown): string {
  if (!(error instanceof CaryatidError)) {
    // Of parseArgs, which names the option.
    return `${error instanceof Error ? error.message : error}\n\n${USAGE}`;
  }
  const hint = error.hint === undefined ? "" : `\n  hint: ${error.hint}`;
  return `${error.code}: ${error.message}${hint}`;
}
