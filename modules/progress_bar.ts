import process from "node:process";
import { durationText, WorkRate, type WorkState } from "./work_rate.ts";

/** Options of {@linkcode ProgressBar}. */
export interface ProgressBarOptions {
  /** Verb form of the work, such as `comparing`. */
  readonly title: string;
  /** Size of the work, in units. */
  readonly total: number;
  /** Formats a rate in units per second. */
  readonly formatRate: (perSecond: number) => string;
  /** Time between two lines, in milliseconds (10,000). */
  readonly interval?: number;
}

/** Default time between two lines, in milliseconds. */
const LINE_INTERVAL = 10_000;

/** Part of `cli-progress` that is used. */
interface Bar {
  start(total: number, value: number, fields: object): void;
  update(value: number, fields: object): void;
  stop(): void;
}

/**
 * Shows the progress of a long work on standard error: a bar with rate and
 * remaining time in a terminal, otherwise a line every ten seconds.
 */
export class ProgressBar implements Disposable {
  readonly #options: ProgressBarOptions;
  readonly #rate: WorkRate;
  readonly #bar: Bar | undefined;
  #writtenAt: number = performance.now();

  private constructor(options: ProgressBarOptions, bar: Bar | undefined) {
    this.#options = options;
    this.#rate = new WorkRate(options.total, performance.now());
    this.#bar = bar;
    bar?.start(options.total, 0, this.#fields(this.#rate.at(0, 0)));
  }

  /** Starts the display. The library is loaded in a terminal only. */
  static async start(options: ProgressBarOptions): Promise<ProgressBar> {
    const bar = process.stderr.isTTY ? await terminalBar() : undefined;
    return new ProgressBar(options, bar);
  }

  /** Shows that `done` units are done. */
  update(done: number): void {
    const now = performance.now();
    const state = this.#rate.at(done, now);
    if (this.#bar) return this.#bar.update(done, this.#fields(state));
    const { interval = LINE_INTERVAL } = this.#options;
    if (now - this.#writtenAt < interval) return;
    this.#writtenAt = now;
    const { title, rate, left } = this.#fields(state);
    process.stderr.write(`${title}: ${state.percent} %, ${rate}, ${left}\n`);
  }

  /** Removes the bar. */
  [Symbol.dispose](): void {
    this.#bar?.stop();
  }

  #fields({ perSecond, secondsLeft }: WorkState) {
    const { title, formatRate } = this.#options;
    return {
      title,
      rate: formatRate(perSecond),
      left: secondsLeft === undefined
        ? "starting"
        : `${durationText(secondsLeft)} left`,
    };
  }
}

async function terminalBar(): Promise<Bar> {
  const { default: library } = await import("cli-progress");
  return new library.SingleBar({
    stream: process.stderr,
    format: "{title} {bar} {percentage} % | {rate} | {left}",
    barsize: 24,
    fps: 5,
    clearOnComplete: true,
    // A program that is killed must leave the terminal as it was, and signals
    // are handled by the program.
    linewrap: true,
    hideCursor: false,
    gracefulExit: false,
  });
}
