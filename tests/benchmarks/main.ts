/**
 * Runs benchmarks (`deno task bench [name…]`), each next to a peer in the same
 * run, or compares them with another commit. A name is a suite or one of its
 * cases.
 *
 * Times assert nothing; only a wrong result ends a run with an error.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { compareWith } from "./against/compare.ts";
import {
  earlierCommit,
  QUICK_CASES,
  QUICK_RUNS,
  QUICK_TIME,
} from "./against/quick.ts";
import { measure } from "./harness.ts";
import { commitResults, disturbedLine } from "./figures/write_figures.ts";
import { LAST, writeResults } from "./results/results.ts";
import { runScale } from "./scale/run_scale.ts";
import { runSuites } from "./run_suites.ts";
import { caseNamed, findCases, fullName, SUITES } from "./suites.ts";

/** Runs of each case in each tree of `--against`. */
const RUNS = 5;
const MINUTES = SUITES.reduce((sum, { minutes }) => sum + minutes, 0);

function help(): string {
  const suites = SUITES.map(({ name, about, cases }) =>
    [
      `  ${name}: ${about}`,
      ...cases.map((one) => `    ${fullName(name, one)}`),
    ].join("\n")
  );
  return `deno task bench [--minutes N] [--json FILE] [--write] [name…]
deno task bench --against COMMIT [--runs N] [name…]
deno task bench --quick [--against COMMIT]
deno task bench scale [--write]

Without names it runs every suite, in about N minutes (${MINUTES}), and prints
the goals at the end. "scale" measures
curves and writes docs/evidence/scale.md. The results go to bench_results.json, or to FILE;
with --write, also into docs/evidence. With
--against it measures the files here and those of the commit by turns, N times
each (${RUNS}). With --quick it does so for 90 seconds with the goals of core
and the last release, or else the commit before. A name is one of:
${suites.join("\n")}`;
}

/** Measures one case in this process, for `time` milliseconds. */
async function runHere(name: string, time: number, json: string) {
  const outcome = await measure(caseNamed(name)!, time);
  await Deno.writeTextFile(json, JSON.stringify(outcome));
}

function write(text: string): void {
  // deno-lint-ignore no-console -- it is the program's output
  console.log(text);
}

/** Writes a line that is not part of the result. */
function progress(text: string): void {
  // deno-lint-ignore no-console -- it is the program's output
  console.error(text);
}

/** Reads the command line and runs. Returns the exit code. */
async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      against: { type: "string" },
      help: { type: "boolean" },
      here: { type: "string" },
      json: { type: "string" },
      minutes: { type: "string" },
      quick: { type: "boolean" },
      runs: { type: "string" },
      time: { type: "string" },
      write: { type: "boolean" },
    },
  });
  if (values.help) {
    write(help());
    return 0;
  }
  if (values.here !== undefined) {
    await runHere(values.here, Number(values.time), values.json!);
    return 0;
  }
  if (values.quick) return await quick(values.against);
  if (positionals[0] === "scale") {
    await runScale({ save: values.write ?? false, write });
    return 0;
  }
  const wanted = positionals.length > 0
    ? positionals
    : SUITES.map(({ name }) => name);
  const unknown = wanted.filter((name) => findCases(name).length === 0);
  if (unknown.length > 0) {
    write(`Cannot bench "${unknown.join('", "')}"\n\n${help()}`);
    return 2;
  }
  const cases = [...new Set(wanted.flatMap(findCases))];
  const { against: commit, runs = String(RUNS) } = values;
  if (commit !== undefined || values.runs !== undefined) {
    if (commit === undefined || !isCount(runs)) {
      write(
        `Cannot bench with --runs "${runs}": --runs needs --against and a number from 1`,
      );
      return 2;
    }
    return await compareWith({ commit, cases, runs: +runs, write, progress });
  }
  const { minutes = String(MINUTES) } = values;
  if (!isCount(minutes)) {
    write(`Cannot bench for --minutes "${minutes}": expected a number from 1`);
    return 2;
  }
  return await runAll(cases, {
    share: +minutes / MINUTES,
    file: values.json ?? LAST,
    save: values.write ?? false,
  });
}

/** Compares the goals of core with an earlier commit, in 90 seconds. */
async function quick(against: string | undefined): Promise<number> {
  return await compareWith({
    commit: against ?? await earlierCommit(),
    cases: QUICK_CASES,
    runs: QUICK_RUNS,
    time: QUICK_TIME,
    write,
    progress,
  });
}

async function runAll(
  cases: readonly string[],
  { share, file, save }: {
    readonly share: number;
    readonly file: string | URL;
    readonly save: boolean;
  },
): Promise<number> {
  const results = await runSuites({ cases, share, write });
  await writeResults(file, results);
  const disturbed = save ? await commitResults(results) : [];
  if (disturbed.length > 0) write(disturbedLine(disturbed));
  const failed = cases.filter((name) => "failed" in results.cases[name]!);
  if (failed.length > 0) write(`gave wrong results: ${failed.join(", ")}`);
  return failed.length > 0 ? 1 : 0;
}

function isCount(text: string): boolean {
  return /^[1-9]\d*$/.test(text);
}

/** Runs `main`. An unknown option is reported without a stack trace. */
async function run(): Promise<number> {
  try {
    return await main(Deno.args);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (!code?.startsWith("ERR_PARSE_ARGS")) throw error;
    write(message);
    return 2;
  }
}

Deno.exit(await run());
