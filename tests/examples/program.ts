import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DEADLINE = 30_000;

/** How long it may take to end when it is asked to, before it is killed: it may have processes of its own. */
const GRACE = 5_000;

/** What Deno itself says about the first run on a fresh machine; `examples/both.ts` puts a name in front. */
const DOWNLOADS = /^(\w+ +\| )?(Download|Initialize) /;
const TIME = /^(\w+ +\| )?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z +/;

/** Deno at work on a program, started as a user starts it. */
export class Program implements AsyncDisposable {
  readonly #command: string;
  readonly #child: Deno.ChildProcess;
  readonly #done: Promise<unknown>;
  #stdout = "";
  #stderr = "";
  #ended = false;
  #printed = Promise.withResolvers<void>();

  /** Starts Deno with `args` in the root of the repository. */
  constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.#command = ["deno", ...args].join(" ");
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: ROOT,
      env: { ...env, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#done = Promise.all([
      this.#read(this.#child.stdout, (text) => this.#stdout += text),
      this.#read(this.#child.stderr, (text) => this.#stderr += text),
      this.#child.status,
    ]).finally(() => {
      this.#ended = true;
      this.#printed.resolve();
    });
  }

  /** What it has printed, without the time in front of each line. */
  get lines(): string[] {
    const whole = this.#stdout.split("\n").slice(0, -1);
    return whole.map(withoutTime);
  }

  /** Runs a program without permissions but those given, and never asks for others. */
  static run(
    path: string,
    permissions: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Program {
    return new Program(["run", "--no-prompt", ...permissions, path], env);
  }

  /** What it has said on stderr. */
  get errors(): string {
    const lines = this.#stderr.split("\n");
    return lines.filter((line) => !DOWNLOADS.test(line)).join("\n");
  }

  /** Resolves when it has printed a line for each of `expected`, in any order. */
  async until(expected: readonly string[]): Promise<void> {
    const late = this.#late();
    try {
      for (;;) {
        const missing = missingFrom(this.lines, expected);
        if (missing.length === 0) return;
        if (this.#ended) this.#fail(`it ended without ${quote(missing)}`);
        const timely = await Promise.race([
          this.#printed.promise,
          late.promise,
        ]);
        if (timely === "late") this.#fail(`it is late with ${quote(missing)}`);
      }
    } finally {
      late.clear();
    }
  }

  /** Presses Ctrl-C. */
  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  /** Resolves with its exit code. */
  async ended(): Promise<number> {
    const late = this.#late();
    try {
      const timely = await Promise.race([this.#done, late.promise]);
      if (timely === "late") this.#fail("it goes on running");
      return (await this.#child.status).code;
    } finally {
      late.clear();
    }
  }

  /** Ends it, whatever it does. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), GRACE);
    await this.#done;
    clearTimeout(timer);
  }

  async #read(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    add: (text: string) => void,
  ): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      add(text);
      this.#printed.resolve();
      this.#printed = Promise.withResolvers();
    }
  }

  #late(): { promise: Promise<"late">; clear: () => void } {
    const { promise, resolve } = Promise.withResolvers<"late">();
    const timer = setTimeout(() => resolve("late"), DEADLINE);
    return { promise, clear: () => clearTimeout(timer) };
  }

  #fail(why: string): never {
    assert.fail(
      `${this.#command}: ${why}; it printed\n${this.#stdout}\n${this.#stderr}`,
    );
  }
}

/** A line of a log without the time that it begins with, or that follows the name of a process. */
export function withoutTime(line: string): string {
  return line.replace(TIME, "$1");
}

/** Which of `expected` have no line of their own that contains them. */
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
