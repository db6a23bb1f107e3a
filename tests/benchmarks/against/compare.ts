import { fileURLToPath } from "node:url";
import { conditions, load } from "../conditions.ts";
import {
  type Comparison,
  type Figures,
  slowerLine,
  tableLines,
} from "./comparison.ts";
import type { ListedCase } from "./measure_case.ts";
import { Tree } from "./tree.ts";
import { CannotCompare, Worktree } from "./worktree.ts";

const ROOT = new URL("../../../", import.meta.url);
/** Signals by which an operator ends the program. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];
/** Exit code after a signal, as shells have it for SIGINT. */
const INTERRUPTED = 130;

/** Options of {@linkcode compareWith}. */
export interface CompareOptions {
  /** Commit of the old tree, in any notation of git. */
  readonly commit: string;
  /** Full names of the cases, as `core/publish`. */
  readonly cases: readonly string[];
  /** Maximum number of runs of each case in each tree. */
  readonly runs: number;
  /** Time after which no run begins, in ms (Infinity). Each case gets one. */
  readonly time?: number;
  /** Prints a line of the result. */
  readonly write: (line: string) => void;
  /** Prints which case is being measured. */
  readonly progress: (line: string) => void;
}

/**
 * Compares the files here with a commit: measures each case in both trees
 * alternately, prints a table, and then the slower cases.
 *
 * Returns the exit code: 0, or 1 if a case failed, or 2 if the commit cannot be
 * compared, or 130 after a signal. The checked-out commit is removed in each of
 * these cases.
 */
export async function compareWith(options: CompareOptions): Promise<number> {
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  for (const signal of SIGNALS) Deno.addSignalListener(signal, stop);
  try {
    await using worktree = await Worktree.add(ROOT, options.commit);
    return await compareTrees(worktree, options, stopped.signal);
  } catch (error) {
    if (stopped.signal.aborted) return INTERRUPTED;
    if (!(error instanceof CannotCompare)) throw error;
    options.write(error.message);
    return 2;
  } finally {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, stop);
  }
}

async function compareTrees(
  worktree: Worktree,
  options: CompareOptions,
  signal: AbortSignal,
): Promise<number> {
  const { cases, write } = options;
  const before = new Tree(worktree.folder, signal);
  const after = new Tree(fileURLToPath(ROOT), signal);
  const { both, missing } = await selectCases(worktree.commit, before, cases);
  write(await conditions());
  write(`compared with ${worktree.commit}, in interleaved runs`);
  for (const name of missing) write(`${name}: only in the new tree`);
  const rounds = new Rounds(before, after, options);
  const failed = await rounds.measureAll(both, signal);
  for (const line of tableLines(rounds.comparisons)) write(line);
  write(
    "above 1 is better: faster, shorter or smaller; best: of the best runs",
  );
  write(slowerLine(rounds.comparisons));
  write(load());
  return failed ? 1 : 0;
}

/** Separates the cases that the old tree has, too. */
async function selectCases(
  commit: string,
  before: Tree,
  cases: readonly string[],
): Promise<{ both: readonly ListedCase[]; missing: readonly string[] }> {
  const suites = new Set(cases.map((name) => name.split("/")[0]!));
  const listed = new Map<string, ListedCase>();
  for (const suite of suites) {
    for (const each of await before.listCases(suite)) {
      listed.set(`${suite}/${each.name}`, each);
    }
  }
  const both = cases.flatMap((name) => {
    const found = listed.get(name);
    return found ? [{ ...found, name }] : [];
  });
  if (both.length === 0) {
    throw new CannotCompare(
      `Cannot compare with "${commit}": it is too old, since it has no ` +
        `benchmark named ${cases.join(", ")}`,
    );
  }
  return { both, missing: cases.filter((name) => !listed.has(name)) };
}

/** Runs of all cases in both trees, one run of each case after the other. */
class Rounds {
  readonly #trees: readonly [before: Tree, after: Tree];
  readonly #options: CompareOptions;
  readonly #samples = new Map<ListedCase, Samples>();

  constructor(before: Tree, after: Tree, options: CompareOptions) {
    this.#trees = [before, after];
    this.#options = options;
  }

  /** The cases that were measured. */
  get comparisons(): readonly Comparison[] {
    return [...this.#samples].map(([{ name, unit }, samples]) => ({
      name,
      unit,
      ...samples,
    }));
  }

  /** Measures until all runs are made or the time is over. True on failures. */
  async measureAll(
    cases: readonly ListedCase[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const { runs, time = Infinity, write, progress } = this.#options;
    const end = performance.now() + time;
    const left = new Set(cases);
    let failed = false;
    for (let run = 0; run < runs; run++) {
      for (const one of left) {
        if (run > 0 && performance.now() > end) return failed;
        progress(`run ${run + 1}: ${one.name}`);
        try {
          const skipped = await this.#measureBoth(one, run);
          if (skipped === undefined) continue;
          write(`${one.name} skipped: ${skipped}`);
        } catch (error) {
          signal.throwIfAborted();
          failed = true;
          write(`${one.name} failed: ${(error as Error).message}`);
          this.#samples.delete(one);
        }
        left.delete(one);
      }
    }
    return failed;
  }

  /**
   * Measures a case in both trees. Which tree is first changes from run to run.
   * Returns a text if the case is skipped.
   */
  async #measureBoth(
    one: ListedCase,
    run: number,
  ): Promise<string | undefined> {
    const [before, after] = this.#trees;
    const found = new Map<Tree, Figures>();
    for (const tree of run % 2 === 0 ? [before, after] : [after, before]) {
      const result = await tree.measure(one.name);
      if ("skipped" in result) return result.skipped;
      found.set(tree, result.figures);
    }
    const samples = this.#samples.get(one) ?? { old: [], new: [] };
    this.#samples.set(one, samples);
    samples.old.push(found.get(before)!);
    samples.new.push(found.get(after)!);
    return undefined;
  }
}

interface Samples {
  readonly old: Figures[];
  readonly new: Figures[];
}
