import { RunningProgram } from "../../support/running_program.ts";

/**
 * Maximum time to end after a signal before it is killed, in milliseconds: it
 * may have started processes.
 */
const GRACE = 60_000;

/**
 * Output of Deno itself during a first run on a fresh machine;
 * `examples/both.ts` puts a name in front.
 */
const DOWNLOADS = /^(\w+ +\| )?(Download|Initialize) /;
const TIME = /^(\w+ +\| )?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z +/;

/** Running example, and its log. */
export class Program implements AsyncDisposable {
  readonly #running: RunningProgram;

  /** Starts Deno with `args` in the root of the repository. */
  constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.#running = new RunningProgram(args, env);
  }

  /** Runs a program with these permissions only, without prompts. */
  static run(
    path: string,
    permissions: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Program {
    return new Program(["run", "--no-prompt", ...permissions, path], env);
  }

  /** Its output, without the time in front of each line. */
  get lines(): string[] {
    return this.#running.lines.map(withoutTime);
  }

  /** Its standard error, once it has ended. */
  async errors(): Promise<string> {
    const lines = (await this.#running.stderr).split("\n");
    return lines.filter((line) => !DOWNLOADS.test(line)).join("\n");
  }

  /**
   * Resolves when it has printed a line for each of `expected`, in any order.
   */
  async until(expected: readonly string[]): Promise<void> {
    let missing = expected;
    await this.#running.until(() => {
      missing = missingFrom(this.lines, expected);
      return missing.length === 0 ? true : undefined;
    }, () => quote(missing));
  }

  /** Presses Ctrl-C. */
  interrupt(): void {
    this.#running.kill("SIGINT");
  }

  /** Asks it to end, as an operator does. */
  terminate(): void {
    this.#running.kill("SIGTERM");
  }

  /**
   * Resolves with the exit code. A program that keeps running is killed after
   * `patience` ms (120,000).
   */
  ended(patience?: number): Promise<number> {
    return this.#running.exitCode(patience);
  }

  /** Kills the program. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#running.ended) this.#running.kill("SIGTERM");
    await this.#running.exitCode(GRACE);
    await this.#running.stderr;
  }
}

/**
 * Returns a log line without its time, which may follow the name of a process.
 */
export function withoutTime(line: string): string {
  return line.replace(TIME, "$1");
}

/** Entries of `expected` without a separate line that contains them. */
function missingFrom(
  lines: readonly string[],
  expected: readonly string[],
): string[] {
  const left = [...lines];
  return expected.filter((text) => {
    const index = left.findIndex((line) => line.includes(text));
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

function quote(texts: readonly string[]): string {
  return texts.map((text) => JSON.stringify(text)).join(", ");
}
