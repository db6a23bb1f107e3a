import type { Context } from "@caryatid/sdk";
import { recordingSize } from "../record/read_recording.ts";
import { durationText, WorkRate } from "../work_rate.ts";

/** Time between two lines of the log, in milliseconds. */
const INTERVAL = 5_000;

/**
 * Logs the progress of a replay at full speed: rate and remaining time of the
 * round, every five seconds.
 */
export class ProgressLog {
  readonly #context: Context;
  readonly #path: string;
  readonly #bytes: WorkRate;
  readonly #messages: WorkRate;
  #loggedAt: number;
  #read = 0;

  private constructor(context: Context, path: string, total: number) {
    const now = context.clock.monotonic();
    this.#context = context;
    this.#path = path;
    this.#bytes = new WorkRate(total, now);
    this.#messages = new WorkRate(0, now);
    this.#loggedAt = now;
  }

  /** Starts a round; undefined if the size of the recording is unknown. */
  static async start(
    context: Context,
    path: string,
  ): Promise<ProgressLog | undefined> {
    const total = await recordingSize(path);
    return total === 0 ? undefined : new ProgressLog(context, path, total);
  }

  /** Adds bytes that were read. */
  addRead(bytes: number): void {
    this.#read += bytes;
  }

  /** Logs the progress if a line is due; `sent` counts since the start. */
  logIfDue(sent: number): void {
    const { clock, log } = this.#context;
    const now = clock.monotonic();
    if (now - this.#loggedAt < INTERVAL) return;
    this.#loggedAt = now;
    const { percent, secondsLeft = 0 } = this.#bytes.at(this.#read, now);
    log.info(
      "replayed {percent} % of {path}, {rate} messages per second, {left} left",
      {
        percent,
        path: this.#path,
        rate: Math.round(this.#messages.at(sent, now).perSecond),
        left: durationText(secondsLeft),
      },
    );
  }
}
