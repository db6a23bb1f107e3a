import { inTime } from "../../drain.ts";
import { safeEnvironment } from "../inspection/child.ts";
import { readLines } from "./read_lines.ts";
import { Restarts } from "./restarts.ts";

/** What a {@linkcode KeptProcess} needs. */
export interface KeptProcessOptions {
  /** What Deno is given. The program stops when its standard input ends. */
  readonly args: readonly string[];
  /** How long stopping may take before the process is killed, in milliseconds. */
  readonly stopDeadline: number;
  /** Is given each line that the process prints. */
  readonly printed: (line: string) => void;
  /** Is given each line that it writes to standard error, and what becomes of it. */
  readonly complained: (line: string) => void;
}

/** The exit code of a wrong configuration: no restart would change it. */
export const WRONG_CONFIG = 2;
/** That of a process that had work left at its stop deadline, or had to be killed. */
export const LATE = 3;

/** A grandchild may hold the output open; in milliseconds. */
const LAST_LINES = 2_000;

/** A child process that is started again when it dies. */
export class KeptProcess {
  readonly #options: KeptProcessOptions;
  readonly #stopping = new AbortController();
  readonly #restarts = new Restarts();
  #child: Deno.ChildProcess | undefined;
  #ended: Promise<number> | undefined;
  #killed = false;

  /** Nothing is started yet. */
  constructor(options: KeptProcessOptions) {
    this.#options = options;
  }

  /**
   * Starts it; resolves with its last exit code, once it has ended on purpose (0), is configured wrongly (2), or was stopped. A second
   * call gives the same promise.
   */
  keep(): Promise<number> {
    return this.#ended ??= this.#keep();
  }

  /** Has it finish its work and end; kills it at the deadline. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#signal("SIGTERM");
    const late = setTimeout(() => {
      this.#options.complained("is late, and killed");
      this.kill();
    }, this.#options.stopDeadline);
    await this.#ended?.catch(() => {}); // who keeps it hears of it
    clearTimeout(late);
  }

  /** Ends it at once. */
  kill(): void {
    this.#killed = true;
    this.#stopping.abort();
    this.#signal("SIGKILL");
  }

  async #keep(): Promise<number> {
    const { complained } = this.#options;
    for (;;) {
      const begun = performance.now();
      const code = await this.#run();
      if (this.#stopping.signal.aborted) return code;
      const what = `ended with exit code ${code}`;
      if (code === 0 || code === WRONG_CONFIG) {
        complained(what);
        return code;
      }
      const wait = this.#restarts.after(performance.now() - begun);
      complained(`${what}, starts again in ${wait / 1000} s`);
      await waited(wait, this.#stopping.signal);
      if (this.#stopping.signal.aborted) return code;
    }
  }

  /** Until it ends. */
  async #run(): Promise<number> {
    const { args, printed, complained } = this.#options;
    const child = this.#child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      env: safeEnvironment(),
      clearEnv: true,
      // Its lifeline: nothing is ever written, and the system closes it however this process ends.
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      // A terminal sends Ctrl-C to a whole group: in one of its own it hears only from here, when its turn has come.
      detached: true,
    }).spawn();
    complained("started");
    const lines = Promise.all([
      readLines(child.stdout, printed),
      readLines(child.stderr, complained),
    ]);
    const { code, signal } = await child.status;
    this.#child = undefined;
    await inTime(lines, performance.now() + LAST_LINES);
    await child.stdin.close().catch(() => {}); // the other end is gone
    if (this.#killed) return LATE;
    // Before it could hear of it, there was nothing to finish.
    const isEarly = this.#stopping.signal.aborted && signal === "SIGTERM";
    return isEarly ? 0 : code;
  }

  #signal(signal: Deno.Signal): void {
    try {
      this.#child?.kill(signal);
    } catch {
      // it has ended
    }
  }
}

function waited(time: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, time);
    signal.addEventListener("abort", end);
  });
}
