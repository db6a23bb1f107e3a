import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));
/** How long a program may keep a test waiting that would wait for ever, in milliseconds: a busy machine may take a minute. */
const PATIENCE = 120_000;

/** How to run a program, but for its arguments. */
export interface RunningProgramOptions {
  /** What is run: a path, or a name to be found in the PATH (Deno itself). */
  readonly command?: string;
  /** Whether it is spoken to by its standard input (no). */
  readonly input?: boolean;
  /** Where it runs (the folder of the repository). */
  readonly cwd?: string;
}

/** A program in a process of its own, run as a user would, and what it prints. */
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

  /** Its number in the system. */
  get pid(): number {
    return this.#child.pid;
  }

  /** What it has printed so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** What it has written to standard error so far. */
  get log(): string {
    return this.#log;
  }

  /** Whether it has ended, and all it printed is read. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Resolves with the line that is number `count` (1) of those that match, from the beginning; fails when the program ends before,
   * or is later than `patience` ms (120,000).
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

  /** Resolves with what `find` finds in the lines or the log, looked for whenever there is more; fails when the program ends before. */
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

  /** Writes a line on its standard input. */
  async write(line: string): Promise<void> {
    await this.#input!.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Ends its standard input; harmless twice. */
  async endInput(): Promise<void> {
    await this.#input?.close().catch(() => {}); // it has ended, or this was done before
  }

  /** Sends a signal. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Sends a signal again and again until the program ends: one that follows another closely is taken for the same. */
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

  /** Its exit code, once it has ended and all it printed is read. One that goes on running is killed after `patience` ms (120,000). */
  async exitCode(patience: number = PATIENCE): Promise<number> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), patience);
    const { code } = await this.#child.status;
    clearTimeout(timer);
    await this.#read;
    return code;
  }

  /** Kills it if it still runs, and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // it has ended
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

/** Without what is meant for the tests themselves: a program would take it for configuration. */
function inherited(): Record<string, string> {
  const variables = Object.entries(Deno.env.toObject());
  return Object.fromEntries(
    variables.filter(([name]) => !name.startsWith("CARYATID_")),
  );
}
