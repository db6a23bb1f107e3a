const PERMISSIONS: readonly string[] = [
  "--allow-net",
  "--allow-env=CARYATID_*",
];

const SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Time in which a second signal counts as the same one, in milliseconds:
 * `deno task` passes on the Ctrl-C that the terminal has sent already.
 */
const SAME_SIGNAL = 500;

/** A program that runs in a separate process. */
export interface Part {
  /** Start of each line of its output. */
  readonly name: string;
  /** Path of the program, or its name in the PATH. */
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * Runs programs until Ctrl-C ends them or one of them ends. Resolves with the
 * first exit code other than 0 after all have ended.
 */
export async function runTogether(parts: readonly Part[]): Promise<number> {
  const width = Math.max(...parts.map(({ name }) => name.length));
  const running = parts.map((part) =>
    new RunningPart(part, `${part.name.padEnd(width)} | `)
  );
  let stoppedAt = -Infinity;
  const stop = () => {
    if (performance.now() - stoppedAt < SAME_SIGNAL) return;
    stoppedAt = performance.now();
    for (const part of running) part.stop();
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, stop);
  const ended = running.map((part) => part.ended);
  await Promise.race(ended);
  if (stoppedAt === -Infinity) stop();
  const codes = await Promise.all(ended);
  for (const signal of SIGNALS) Deno.removeSignalListener(signal, stop);
  return codes.find((code) => code !== 0) ?? 0;
}

/**
 * Returns a program for Deno. It may use the network and read the variables
 * `CARYATID_…`, nothing else.
 */
export function denoPart(
  name: string,
  program: string,
  args: readonly string[] = [],
): Part {
  const run = ["run", "--no-prompt", ...PERMISSIONS];
  return { name, command: "deno", args: [...run, program, ...args] };
}

/** One of the processes. */
class RunningPart {
  /** Resolves with the exit code after all output is printed. */
  readonly ended: Promise<number>;
  readonly #child: Deno.ChildProcess;
  #stopping = false;

  /** Starts the process. */
  constructor({ command, args }: Part, label: string) {
    this.#child = new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // Detached from the terminal, whose Ctrl-C would be a second signal,
      // which ends a process at once.
      detached: true,
    }).spawn();
    this.ended = this.#follow(label);
  }

  /** Sends a signal to stop. A second one ends the process at once. */
  stop(): void {
    this.#stopping = true;
    try {
      this.#child.kill("SIGINT");
    } catch {
      // the process has ended
    }
  }

  async #follow(label: string): Promise<number> {
    const { stdout, stderr, status } = this.#child;
    await Promise.all([
      // deno-lint-ignore no-console -- it is the program's output
      eachLine(stdout, (line) => console.log(label + line)),
      // deno-lint-ignore no-console -- it is the program's output
      eachLine(stderr, (line) => console.error(label + line)),
    ]);
    const { code, signal } = await status;
    // The signal may arrive before the process handles signals.
    return this.#stopping && signal === "SIGINT" ? 0 : code;
  }
}

async function eachLine(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  show: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) show(line);
  }
  if (rest !== "") show(rest);
}
