/**
 * Command that compares two recordings. In a clone of the repository:
 * `deno task diff A B`.
 *
 * ```sh
 * deno run --allow-read jsr:@caryatid/modules/record/diff/main A B
 * ```
 *
 * @module
 */
import { CaryatidError } from "@caryatid/sdk";
import { parseArgs } from "node:util";
import { ProgressBar } from "../../progress_bar.ts";
import { recordingSize } from "../read_recording.ts";
import { diffRecordings } from "./diff_recordings.ts";
import { htmlDiff } from "./html_report.ts";
import { reportDiff } from "./report.ts";

const USAGE = `deno task diff A B [option…]

Compares two recordings: A, the expected one, and B, the actual one. Each is a folder that "record" wrote, or a file in it.

  --ignore=PATH   ignore a path: message.time, message.items[*].id, headers; repeatable
  --time          compare times, too
  --ids           compare ids, too
  --window=N      maximum distance of matching messages, in messages (10000)
  --most=N        maximum number of listed differences (1000)
  --skip-damage   continue after damaged parts
  --html          print a page that shows both side by side, instead of lines

Exit code: 0 equal, 1 different, 2 invalid arguments or no recording.`;

/** Options of {@linkcode diffCommand}. */
export interface DiffCommandOptions {
  /**
   * Shows the progress on standard error: a bar in a terminal, otherwise a line
   * every ten seconds (false).
   */
  readonly progress?: boolean;
}

/**
 * Runs `diff` with command-line arguments. Returns its exit code.
 *
 * @example
 * ```ts
 * import { diffCommand } from "@caryatid/modules/record/diff/main";
 * import assert from "node:assert/strict";
 *
 * const lines: string[] = [];
 * const code = await diffCommand(["--help"], (line) => lines.push(line));
 * assert.equal(code, 0);
 * assert.match(lines.join(), /--window=N/);
 * ```
 */
export async function diffCommand(
  args: readonly string[],
  write: (line: string) => void,
  { progress = false }: DiffCommandOptions = {},
): Promise<0 | 1 | 2> {
  let bar: ProgressBar | undefined;
  try {
    const { values, positionals } = parse(args);
    if (values.help) {
      write(USAGE);
      return 0;
    }
    const [a, b] = positionals;
    if (a === undefined || b === undefined || positionals.length > 2) {
      write(
        `Cannot compare: found ${positionals.length} recordings; expected two\n\n${USAGE}`,
      );
      return 2;
    }
    bar = progress ? await progressOf(a, b) : undefined;
    const diff = await diffRecordings(a, b, {
      onProgress: bar?.update.bind(bar),
      ignore: values.ignore ?? [],
      time: values.time ?? false,
      ids: values.ids ?? false,
      onDamage: values["skip-damage"] ? "skip" : "fail",
      ...countOption("window", values.window),
      ...countOption("most", values.most),
    });
    bar?.[Symbol.dispose]();
    const lines = values.html ? htmlDiff(diff, { a, b }) : reportDiff(diff);
    for (const line of lines) write(line);
    return diff.same ? 0 : 1;
  } catch (error) {
    bar?.[Symbol.dispose]();
    write(formatError(error));
    return 2;
  }
}

async function progressOf(a: string, b: string): Promise<ProgressBar> {
  const sizes = await Promise.all([recordingSize(a), recordingSize(b)]);
  return await ProgressBar.start({
    title: "comparing",
    total: sizes[0] + sizes[1],
    formatRate: (bytes) => `${(bytes / 1e6).toFixed(1)} MB/s`,
  });
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
      html: { type: "boolean" },
    },
  });
}

function countOption(name: "window" | "most", text: string | undefined) {
  return text === undefined ? {} : { [name]: Number(text) };
}

function formatError(error: unknown): string {
  if (!(error instanceof CaryatidError)) {
    // An error of parseArgs, which names the option.
    return `${error instanceof Error ? error.message : error}\n\n${USAGE}`;
  }
  const hint = error.hint === undefined ? "" : `\n  hint: ${error.hint}`;
  return `${error.code}: ${error.message}${hint}`;
}

if (import.meta.main) {
  // deno-lint-ignore no-console -- the program's output
  const write = (line: string) => console.log(line);
  Deno.exitCode = await diffCommand(Deno.args, write, { progress: true });
}
