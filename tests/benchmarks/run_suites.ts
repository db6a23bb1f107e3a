import {
  commit,
  type Conditions,
  conditions,
  load,
  machine,
} from "./conditions.ts";
import { ProgressBar } from "../../modules/progress_bar.ts";
import { goalLines } from "./goals/goal_table.ts";
import type { Outcome } from "./harness.ts";
import { caseLine } from "./results/case_line.ts";
import type { Results } from "./results/results.ts";
import { caseNamed, SUITES } from "./suites.ts";

const MAIN = new URL("main.ts", import.meta.url);
const MINUTE = 60_000;
/** Time of a case for its start and for a single slow run, in ms. */
const GRACE = 90_000;

/** Options of {@linkcode runSuites}. */
export interface RunOptions {
  /** Full names of the cases. */
  readonly cases: readonly string[];
  /** Factor for the time of each suite. */
  readonly share: number;
  /** Prints a line. */
  readonly write: (line: string) => void;
}

/**
 * Measures cases in the order of the suites and prints a line for each, then
 * the goals with their verdicts. Cases of one suite share its time.
 */
export async function runSuites(
  { cases, share, write }: RunOptions,
): Promise<Results> {
  write(await conditions());
  const results: Record<string, Outcome & Conditions> = {};
  const hash = await commit();
  let count = 0;
  for (const suite of SUITES) {
    const wanted = cases.filter((name) => name.startsWith(`${suite.name}/`));
    const time = suite.minutes * share * MINUTE * wanted.length /
      suite.cases.length;
    const end = performance.now() + time;
    for (const [i, name] of wanted.entries()) {
      const rest = Math.max(0, end - performance.now());
      const found = await shown(
        name,
        `case ${++count} of ${cases.length}`,
        rest / (wanted.length - i),
      );
      write(caseLine(caseNamed(name)!, found));
      results[name] = {
        ...found,
        commit: hash,
        date: new Date().toISOString(),
        load: Deno.loadavg()[0]!,
      };
    }
    if (suite.note && wanted.length === suite.cases.length) {
      write(`note: ${suite.note}`);
    }
  }
  write(load());
  const lines = goalLines(new Map(Object.entries(results)));
  if (lines.length > 0) write(["", ...lines].join("\n"));
  return { machine: await machine(), cases: results };
}

/** Measures a case, and shows its remaining time in a terminal. */
async function shown(
  name: string,
  place: string,
  time: number,
): Promise<Outcome> {
  if (!Deno.stderr.isTerminal()) return await runApart(name, time);
  const start = performance.now();
  using bar = await ProgressBar.start({
    title: name,
    total: time,
    formatRate: () => place,
  });
  const update = () => bar.update(performance.now() - start);
  const timer = setInterval(update, 500);
  try {
    return await runApart(name, time);
  } finally {
    clearInterval(timer);
  }
}

/**
 * Measures a case in its own process, which shares neither compiled code nor
 * heap with other cases.
 */
async function runApart(name: string, time: number): Promise<Outcome> {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const limit = AbortSignal.timeout(time + GRACE);
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--v8-flags=--expose-gc", MAIN.pathname],
        ...["--here", name, "--time", String(Math.round(time)), "--json", file],
      ],
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
      signal: limit,
    }).output();
    if (limit.aborted) {
      return { failed: `no result in ${Math.round((time + GRACE) / 1000)} s` };
    }
    if (!success) return { failed: "the error is above" };
    return JSON.parse(await Deno.readTextFile(file));
  } finally {
    await Deno.remove(file);
  }
}
