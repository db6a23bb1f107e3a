import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

/** Folder of the repository. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));
/**
 * Longest wait for a program, in milliseconds: a busy machine may need a
 * minute.
 */
const PATIENCE = 120_000;

/** Options of {@linkcode RunningProgram}. */
export interface RunningProgramOptions {
  /** Path of the program, or its name in the PATH (Deno itself). */
  readonly command?: string;
  /** True if the test writes to its standard input (false). */
  readonly input?: boolean;
  /** Working folder (the folder of the repository). */
  readonly cwd?: string;
}

/** A program in a separate process, run as a user would, and its output. */
export class RunningProgram implements AsyncDisposable {
  readonly #command: string;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array> | undefined;
  readonly #lines: string[] = [];
  readonly #read: Promise<void>;
  readonly stderr: Promise<string>;
  #log = "";
  #changed = Promise.withResolvers<void>();
  #ended = false;

  /** Runs `deno`, or the command of `options`, with these arguments. */
  constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    options: RunningProgramOptions = {},
  ) {
    const { command, input = false, cwd = ROOT } = options;
    this.#command = [command ?? "deno", ...args].join(" ");
    this.#child = new Deno.Command(command ?? Deno.execPath(), {
      args: [...args],
      cwd,
      clearEnv: true,
      env: { ...inherited(), NO_COLOR: "1", ...env },
      stdin: input ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = input ? this.#child.stdin.getWriter() : undefined;
    this.#read = this.#readLines();
    this.stderr = this.#readLog();
  }

  /** Process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Lines written to standard output so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Text written to standard error so far. */
  get log(): string {
    return this.#log;
  }

  /** True once the program has ended and all its output is read. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Resolves with matching line number `count` (1), counted from the beginning.
   * Rejects if the program ends before, or if the line is not there after
   * `patience` ms (120,000).
   */
  line(
    pattern: RegExp,
    count: number = 1,
    patience: number = PATIENCE,
  ): Promise<string> {
    let left = count;
    let from = 0;
    return this.until(
      () => {
        while (from < this.#lines.length) {
          const line = this.#lines[from++]!;
          if (pattern.test(line) && --left === 0) return line;
        }
      },
      () => `a line that matches ${pattern}`,
      patience,
    );
  }

  /**
   * Resolves with the result of `find`, which is called whenever there is more
   * output, until it returns a value. Rejects if the program ends before, or
   * after `patience` ms (120,000).
   */
  async until<T>(
    find: () => T | undefined,
    wanted: () => string,
    patience: number = PATIENCE,
  ): Promise<T> {
    const deadline = performance.now() + patience;
    for (;;) {
      const ended = this.#ended;
      const found = find();
      if (found !== undefined) return found;
      if (ended) await this.#fail(`it ended without ${wanted()}`);
      if (performance.now() >= deadline) {
        this.#child.kill("SIGKILL");
        await this.#fail(`it is late with ${wanted()}`);
      }
      await this.#change(deadline - performance.now());
    }
  }

  /** Writes a line to standard input. */
  async write(line: string): Promise<void> {
    await this.#input!.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Ends standard input; calling it twice is harmless. */
  async endInput(): Promise<void> {
    // the program has ended, or its input was ended before
    await this.#input?.close().catch(() => {});
  }

  /** Sends a signal. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /**
   * Sends a signal repeatedly until the program ends: the system may merge a
   * signal with an earlier one.
   */
  insist(signal: Deno.Signal): void {
    const timer = setInterval(() => {
      try {
        this.#child.kill(signal);
      } catch {
        // it has ended, and its status is on the way
      }
    }, 100);
    this.#child.status.then(() => clearInterval(timer));
  }

  /**
   * Resolves with the exit code when the program has ended and all its output
   * is read. Kills a program that still runs after `patience` ms (120,000).
   */
  async exitCode(patience: number = PATIENCE): Promise<number> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), patience);
    const { code } = await this.#child.status;
    clearTimeout(timer);
    await this.#read;
    return code;
  }

  /** Kills the program if it still runs, and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // the program has ended
    }
    await this.endInput();
    await this.exitCode();
    await this.stderr;
  }

  async #readLines(): Promise<void> {
    let rest = "";
    const text = this.#child.stdout.pipeThrough(new TextDecoderStream());
    for await (const chunk of text) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      this.#lines.push(...lines);
      this.#wake();
    }
    if (rest !== "") this.#lines.push(rest);
    this.#ended = true;
    this.#wake();
  }

  async #readLog(): Promise<string> {
    const text = this.#child.stderr.pipeThrough(new TextDecoderStream());
    for await (const chunk of text) {
      this.#log += chunk;
      this.#wake();
    }
    return this.#log;
  }

  async #fail(why: string): Promise<never> {
    const printed = `${this.#lines.join("\n")}\n${await this.stderr}`;
    assert.fail(`${this.#command}: ${why}; it printed\n${printed}`);
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async #change(patience: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience);
    });
    await Promise.race([this.#changed.promise, late]);
    clearTimeout(timer);
  }
}

/**
 * Returns the environment without the variables for the tests themselves: a
 * program would read them as configuration.
 */
export function inherited(): Record<string, string> {
  const variables = Object.entries(Deno.env.toObject());
  return Object.fromEntries(
    variables.filter(([name]) => !name.startsWith("CARYATID_")),
  );
}
