/** Cuts text into lines. */
class Lines extends TransformStream<string, string> {
  constructor() {
    let rest = "";
    super({
      transform(text, controller) {
        const lines = (rest + text).split("\n");
        rest = lines.pop()!;
        for (const line of lines) controller.enqueue(line);
      },
    });
  }
}

function linesOf(bytes: ReadableStream<Uint8Array>): ReadableStream<string> {
  return bytes
    .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    .pipeThrough(new Lines());
}

/**
 * A program of the benchmark in a separate process, controlled line by line.
 */
export class Companion implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncIterableIterator<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;

  /**
   * Starts `file`, which is in this folder, with as many files as the
   * system lets it open.
   */
  constructor(file: string, ...args: string[]) {
    const path = new URL(file, import.meta.url).pathname;
    const run = ["run", "-A", "--v8-flags=--expose-gc", path, ...args];
    this.#child = new Deno.Command("sh", {
      args: [
        "-c",
        // The client has the other core.
        'ulimit -n $(ulimit -Hn); command -v taskset >/dev/null && taskset -cp 0 $$ >/dev/null; exec "$@"',
        "sh",
      ]
        .concat(Deno.execPath(), run),
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#lines = linesOf(this.#child.stdout).values();
  }

  /**
   * Processor time that it has used, in microseconds; undefined if the system
   * has no `/proc`.
   */
  cpuTime(): number | undefined {
    try {
      const stat = Deno.readTextFileSync(`/proc/${this.#child.pid}/stat`);
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return (Number(fields[11]) + Number(fields[12])) * 10_000;
    } catch {
      return undefined;
    }
  }

  /** Returns its next line. */
  async line(): Promise<string> {
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done) throw new Error("a program of the benchmark has ended");
      if (value.startsWith("> ")) return value.slice(2);
    }
  }

  /** Sends a command, and returns the answer. */
  async ask(command: string): Promise<string> {
    await this.#input.write(new TextEncoder().encode(`${command}\n`));
    return await this.line();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#input.close().catch(() => {}); // the process has ended
    await this.#lines.return?.();
  }
}

/** Prints a line in the other process. */
export function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`> ${text}\n`));
}

/**
 * Answers commands in the other process: one per line, each with at most one
 * argument.
 */
export async function answerCommands(
  commands: Readonly<Record<string, (argument: string) => Promise<unknown>>>,
): Promise<void> {
  for await (const line of linesOf(Deno.stdin.readable)) {
    const [command, argument = ""] = line.split(" ");
    say(String(await commands[command!]!(argument)));
  }
}
