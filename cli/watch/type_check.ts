import { CaryatidError } from "@caryatid/sdk";
import type { Project } from "../project/project.ts";
import type { CheckOptions } from "../review/checked_config.ts";
import { colored, harmless, type Terminal } from "../terminal/terminal.ts";
import { checkTypes } from "./check_types.ts";
import type { Texts } from "./state.ts";
import { formatFault, TypeChecker, type TypeFault } from "./type_checker.ts";

/** Time after which a check is reported to be running, in milliseconds. */
const LONG = 500;

/** Options of {@linkcode TypeCheck}. */
export interface TypeCheckOptions {
  readonly terminal: Terminal;
  readonly project: Project;
  /** First local file of the configuration; undefined if none is local. */
  readonly file: URL | undefined;
  readonly say: (line: string) => void;
  readonly checkOptions: Pick<CheckOptions, "flags">;
}

/**
 * Checks the types of changed code with a checker that stays loaded, and prints
 * what is wrong. If the checker ends, `deno check` replaces it.
 */
export class TypeCheck implements AsyncDisposable {
  readonly #options: TypeCheckOptions;
  #checker: TypeChecker | undefined;
  #closed = false;

  /** Starts the checker, which loads meanwhile. */
  constructor(options: TypeCheckOptions) {
    this.#options = options;
    this.#checker = new TypeChecker(options.project, options.file);
  }

  /**
   * Checks these files; `texts` are the current texts of all local files.
   * Prints errors. Returns true if the code is correct.
   */
  async isCorrect(texts: Texts, urls: ReadonlySet<string>): Promise<boolean> {
    if (urls.size === 0) return true;
    const say = () => this.#options.say("checking types…");
    const timer = setTimeout(say, LONG);
    const faults = await this.#faults(texts, urls);
    clearTimeout(timer);
    if (faults === undefined) return await this.#checkAgain(urls);
    this.#print(faults);
    return faults.length === 0;
  }

  /** Ends the checker. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#checker?.[Symbol.asyncDispose]();
  }

  /** Returns undefined if the checker has ended. */
  async #faults(
    texts: Texts,
    urls: ReadonlySet<string>,
  ): Promise<readonly TypeFault[] | undefined> {
    try {
      return await this.#checker?.check(texts, urls);
    } catch (error) {
      if (!(error instanceof CaryatidError)) throw error;
      if (this.#closed) return [];
      this.#options.say("the type checker has ended, using deno check");
      await this.#checker?.[Symbol.asyncDispose]();
      this.#checker = undefined;
      return undefined;
    }
  }

  /** Checks the first state, which nothing waits for. Prints errors. */
  async warm(texts: Texts, urls: ReadonlySet<string>): Promise<void> {
    this.#print(await this.#faults(texts, urls) ?? []);
  }

  async #checkAgain(urls: ReadonlySet<string>): Promise<boolean> {
    const { terminal, project, checkOptions } = this.#options;
    return await checkTypes(terminal, [...urls], project, checkOptions.flags);
  }

  #print(faults: readonly TypeFault[]): void {
    if (faults.length === 0) return;
    const { terminal } = this.#options;
    const kind = colored(terminal, "red", "error [LOAD_FAILED]");
    terminal.printError(`${kind} Cannot use the code: found type errors`);
    for (const fault of faults) {
      const text = harmless(formatFault(fault), "many");
      terminal.printError(text.replaceAll(/^(?=.)/gm, "    "));
    }
  }
}
