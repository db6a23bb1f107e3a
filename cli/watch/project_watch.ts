import { CaryatidError } from "@caryatid/sdk";
import { filePath } from "@caryatid/process/internal/platform";
import type { CodedProblem } from "../inspection/inspection.ts";
import { configUrl, localFiles } from "../project/config_files.ts";
import { findProject } from "../project/project.ts";
import { checkOptions, withoutReload } from "../run/deno_args.ts";
import type { RunOptions } from "../run/run_options.ts";
import {
  type CheckedConfig,
  type CheckOptions,
  readCheckedConfig,
} from "../review/checked_config.ts";
import { formatError } from "../terminal/format_error.ts";
import { showProblems } from "../terminal/show_problems.ts";
import { colored, progressTo, type Terminal } from "../terminal/terminal.ts";
import { Changes } from "./changes.ts";
import {
  changedIn,
  readState,
  readTexts,
  type State,
  type Texts,
} from "./state.ts";
import { TypeCheck } from "./type_check.ts";

/** Options of {@linkcode ProjectWatch}. */
export interface ProjectWatchOptions {
  readonly terminal: Terminal;
  readonly files: readonly string[];
  readonly options: RunOptions;
}

/**
 * Watches a configuration and its code, and returns each new state that has no
 * problem.
 *
 * If a new state has a problem, the problem is printed, and the previous state
 * stays the current one.
 */
export class ProjectWatch implements AsyncDisposable {
  readonly #options: ProjectWatchOptions;
  readonly #changes = new Changes();
  readonly #types: TypeCheck;
  /** Texts of the files when they were last read. */
  #seen: Texts = new Map();
  /** Last state without a problem. */
  #valid: State | undefined;
  #closed = false;

  /** Starts the type checker, which takes some time to load. */
  constructor(options: ProjectWatchOptions) {
    this.#options = options;
    const urls = options.files.map(configUrl);
    this.#types = new TypeCheck({
      ...options,
      project: findProject(urls),
      file: localFiles(urls)[0],
      say: (line) => this.say(line),
      checkOptions: this.#checkOptions(),
    });
  }

  /**
   * Returns the state of a configuration that has no problem. Its types are
   * checked meanwhile: the first start does not wait for that.
   */
  async begin(checked: CheckedConfig): Promise<State> {
    const state = this.#valid = await this.#stateOf(checked);
    this.#seen = state.texts;
    this.#watch();
    this.#types.warm(state.texts, new Set(state.graph.files()))
      .catch((error) => this.printError(error));
    return state;
  }

  /**
   * Watches a configuration with a problem, which has been printed. `checked`
   * is undefined if it cannot be read.
   */
  async beginBroken(checked: CheckedConfig | undefined): Promise<void> {
    const urls = localFiles(this.#options.files.map(configUrl));
    const state = checked && await this.#stateOf(checked);
    this.#seen = state?.texts ?? await readTexts(urls.map(({ href }) => href));
    this.#watch();
    this.say("waiting for a change");
  }

  /** Resolves with the next state that has no problem. */
  async next(): Promise<State> {
    for (;;) {
      const texts = await readTexts(this.#seen.keys());
      const changed = changedIn(texts, this.#seen);
      if (changed.size === 0) {
        await this.#changes.settled();
        continue;
      }
      const state = await this.#read(texts, changed);
      if (state && await isStill(state)) return this.#valid = state;
    }
  }

  /** Prints a line about the watch. */
  say(line: string): void {
    progressTo(this.#options.terminal)(`watch: ${line}`);
  }

  /** Prints an error of Caryatid. Throws any other. */
  printError(error: unknown): void {
    if (!(error instanceof CaryatidError)) throw error;
    const { terminal } = this.#options;
    const kind = colored(terminal, "red", "error");
    terminal.printError(`${kind} ${formatError(error)}`);
  }

  /** Stops watching. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#changes[Symbol.dispose]();
    await this.#types[Symbol.asyncDispose]();
  }

  /** Returns the state if it has no problem, else prints its problems. */
  async #read(
    texts: Texts,
    changed: ReadonlySet<string>,
  ): Promise<State | undefined> {
    this.#seen = texts;
    const names = [...changed].map((url) => url.replace(/.*\//, ""));
    this.say(`${names.join(", ")} changed`);
    const graph = this.#valid?.graph;
    const touched = new Set(graph?.dependents(changed) ?? []);
    const [state, isTyped] = await Promise.all([
      this.#nextState(),
      this.#types.isCorrect(texts, touched),
    ]);
    if (this.#closed) return await new Promise(() => {}); // no caller waits
    if (state) this.#watchAll(state);
    const problems = state?.checked.problems ?? [];
    // the type checker has reported the same, with the line of the code
    const shown = isTyped ? problems : problems.filter(isOfConfig);
    showProblems(this.#options.terminal, shown, []);
    if (
      state && isTyped && problems.length === 0 &&
      await this.#types.isCorrect(state.texts, this.#unchecked(state, touched))
    ) {
      return state;
    }
    this.say(
      this.#valid ? "the old code keeps running" : "waiting for a change",
    );
    return undefined;
  }

  /** Returns the files of a state whose types have not been checked. */
  #unchecked(state: State, checked: ReadonlySet<string>): Set<string> {
    const known = new Set(this.#valid?.graph.files());
    const changed = changedIn(state.texts, this.#valid?.texts ?? new Map());
    const touched = [...state.graph.dependents(changed)];
    return new Set(
      touched.filter((url) => !checked.has(url) || !known.has(url)),
    );
  }

  /** Watches all files that the new state needs, whether they exist or not. */
  #watchAll({ texts }: State): void {
    const seen = this.#seen;
    this.#seen = new Map(
      [...texts].map((
        [url, text],
      ) => [url, seen.has(url) ? seen.get(url) : text]),
    );
    this.#watch();
  }

  #watch(): void {
    this.#changes.watch([...this.#seen.keys()].map(filePath));
  }

  /**
   * Returns undefined, after printing the reason, if the configuration cannot
   * be read.
   */
  async #nextState(): Promise<State | undefined> {
    try {
      const checked = await readCheckedConfig(
        this.#options.files.map(configUrl),
        this.#checkOptions(),
      );
      return await this.#stateOf(checked);
    } catch (error) {
      this.printError(error);
      return undefined;
    }
  }

  /**
   * Removes `--reload`: the start has downloaded the code again. The code of
   * the process is its author's own, and runs next in any case.
   */
  #checkOptions(): CheckOptions {
    const { terminal, options } = this.#options;
    const checking = checkOptions(terminal, {
      ...options,
      flags: withoutReload(options.flags ?? []),
    });
    // a jail takes longer than everything else together
    return { ...checking, trustsProcessCode: true };
  }

  #stateOf(checked: CheckedConfig): Promise<State> {
    const { files, options } = this.#options;
    return readState(checked, files, options);
  }
}

function isOfConfig({ code }: CodedProblem): boolean {
  return code !== "LOAD_FAILED";
}

/** True if the files still have the texts of the state. */
async function isStill({ texts }: State): Promise<boolean> {
  return changedIn(await readTexts(texts.keys()), texts).size === 0;
}
