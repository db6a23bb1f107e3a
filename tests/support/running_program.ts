import assert from "node:assert/strict";

const PATIENCE = 30_000;

/** A program in a process of its own, run as a user would, and what it prints. */
export class RunningProgram implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: string[] = [];
  readonly #read: Promise<void>;
  readonly stderr: Promise<string>;
  #changed = Promise.withResolvers<void>();
  #ended = false;

  /** Runs `deno` with these arguments. */
  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#read = this.#readLines();
    this.stderr = new Response(this.#child.stderr).text();
  }

  /** What it has printed so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Resolves with the line that is number `count` (1) of those that match, from the beginning; fails when the program ends before. */
  async line(pattern: RegExp, count = 1): Promise<string> {
    const deadline = performance.now() + PATIENCE;
    let left = count;
    for (let from = 0;;) {
      for (; from < this.#lines.length; from++) {
        const line = this.#lines[from]!;
        if (pattern.test(line) && --left === 0) return line;
      }
      const text = `no line matches ${pattern}:\n${this.#lines.join("\n")}`;
      assert(!this.#ended, `${text}\n${this.#ended && await this.stderr}`);
      assert(performance.now() < deadline, text);
      await this.#change(deadline - performance.now());
    }
  }

  /** Sends a signal. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Sends a signal again and again until the program ends: one that follows another closely is taken for the same. */
  insist(signal: Deno.Signal): void {
    const timer = setInterval(() => this.#child.kill(signal), 100);
    this.#child.status.then(() => clearInterval(timer));
  }

  /** Its exit code, once it has ended and all it printed is read. */
  async exitCode(): Promise<number> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), PATIENCE);
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
