/**
 * Runs a program once for each of its halves, in processes of their own, until Ctrl-C ends them all:
 *
 *     deno run --allow-run=deno examples/both.ts examples/simple/rabbitmq.ts subscriber publisher
 *
 * The name of the half stands in front of each line that it prints. A half may use the network and read the variables
 * `CARYATID_…`, nothing else. When one ends by itself, the others are ended too.
 *
 * @module
 */
const PERMISSIONS: readonly string[] = [
  "--allow-net",
  "--allow-env=CARYATID_*",
];

const SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** `deno task` passes on the Ctrl-C that the terminal has sent already: what comes that soon is the same one. In milliseconds. */
const SAME_SIGNAL = 500;

/** Resolves when all have ended, with the exit code: the first one that isn't 0. */
async function runAll(
  program: string,
  names: readonly string[],
): Promise<number> {
  const width = Math.max(...names.map((name) => name.length));
  const halves = names.map((name) =>
    new Half(program, name, `${name.padEnd(width)} | `)
  );
  let stoppedAt = -Infinity;
  const stop = () => {
    if (performance.now() - stoppedAt < SAME_SIGNAL) return;
    stoppedAt = performance.now();
    for (const half of halves) half.stop();
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, stop);
  const ended = halves.map((half) => half.ended);
  await Promise.race(ended);
  if (stoppedAt === -Infinity) stop();
  const codes = await Promise.all(ended);
  for (const signal of SIGNALS) Deno.removeSignalListener(signal, stop);
  return codes.find((code) => code !== 0) ?? 0;
}

/** One of the processes. */
class Half {
  /** Resolves with the exit code, when the process has ended and all that it printed is shown. */
  readonly ended: Promise<number>;
  readonly #child: Deno.ChildProcess;
  #stopping = false;

  /** Starts it. */
  constructor(program: string, name: string, label: string) {
    this.#child = new Deno.Command("deno", {
      args: ["run", "--no-prompt", ...PERMISSIONS, program, name],
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

const [program, ...names] = Deno.args;
if (program === undefined || names.length === 0) {
  // deno-lint-ignore no-console -- it is the program's output
  console.error("usage: both.ts <program> <half>…");
  Deno.exit(2);
}
Deno.exitCode = await runAll(program, names);
