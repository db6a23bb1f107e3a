const PERMISSIONS: readonly string[] = [
  "--allow-net",
  "--allow-env=CARYATID_*",
];

const SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** `deno task` passes on the Ctrl-C that the terminal has sent already: what comes that soon is the same one. In milliseconds. */
const SAME_SIGNAL = 500;

/** A program to be run in a process of its own. */
export interface Part {
  /** Stands in front of each line that it prints. */
  readonly name: string;
  /** What is run: a path, or a name to be found in the PATH. */
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * Runs programs until Ctrl-C ends them all; when one ends by itself, the others are ended too. Resolves when all have ended, with
 * the exit code: the first one that isn't 0.
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

/** A program of Deno's. It may use the network and read the variables `CARYATID_…`, nothing else. */
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
  /** Resolves with the exit code, when the process has ended and all that it printed is shown. */
  readonly ended: Promise<number>;
  readonly #child: Deno.ChildProcess;
  #stopping = false;

  /** Starts it. */
  constructor({ command, args }: Part, label: string) {
    this.#child = new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // Out of the terminal's reach: its Ctrl-C and ours would be two, and a second one ends a process at once.
      detached: true,
    }).spawn();
    this.ended = this.#follow(label);
  }

  /** Asks it to stop. Asked again, it ends at once. */
  stop(): void {
    this.#stopping = true;
    try {
      this.#child.kill("SIGINT");
    } catch {
      // it has ended
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
    // It may be asked before it listens to signals.
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
