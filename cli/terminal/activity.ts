import process from "node:process";

/** Part of `cli-progress` that is used. */
interface Bar {
  start(total: number, value: number, fields: object): void;
  increment(by: number, fields: object): void;
  stop(): void;
}

/** Options of {@linkcode Activity}. */
export interface ActivityOptions {
  /** Name of the activity, such as `downloading`. */
  readonly title: string;
  /** Noun of the counted things, such as `files`. */
  readonly unit: string;
  /** Receives each counted thing if there is no terminal. */
  readonly line: ((text: string) => void) | undefined;
}

/**
 * Shows a work of unknown size on standard error: count, rate and time on one
 * line in a terminal, otherwise a line for each counted thing.
 */
export class Activity implements Disposable {
  readonly #bar: Bar | undefined;
  readonly #line: ActivityOptions["line"];
  readonly #start = performance.now();
  #count = 0;

  private constructor({ line }: ActivityOptions, bar: Bar | undefined) {
    this.#bar = bar;
    this.#line = line;
    bar?.start(0, 0, { rate: "0.0" });
  }

  /** Starts the display. The library is loaded in a terminal only. */
  static async start(options: ActivityOptions): Promise<Activity> {
    const isShown = options.line !== undefined && Deno.stderr.isTerminal();
    return new Activity(
      options,
      isShown ? await terminalBar(options) : undefined,
    );
  }

  /** Counts one thing. */
  add(text: string): void {
    this.#count++;
    if (this.#bar === undefined) return this.#line?.(text);
    const seconds = (performance.now() - this.#start) / 1_000;
    this.#bar.increment(1, { rate: (this.#count / seconds).toFixed(1) });
  }

  /** Removes the line from the terminal. */
  [Symbol.dispose](): void {
    this.#bar?.stop();
  }
}

async function terminalBar({ title, unit }: ActivityOptions): Promise<Bar> {
  const { default: library } = await import("cli-progress");
  return new library.SingleBar({
    stream: process.stderr,
    format:
      `${title} | {value} ${unit} | {rate} per second | {duration_formatted}`,
    fps: 5,
    clearOnComplete: true,
    // A command that is killed must leave the terminal as it was, and signals
    // are handled by the command.
    linewrap: true,
    hideCursor: false,
    gracefulExit: false,
  });
}
