import { CaryatidError, type Context } from "@caryatid/sdk";
import type { RecordedMessage } from "../record/entry.ts";

/** Message that a playback publishes on its `status-topic`. */
export interface PlaybackStatus {
  /** `started` once, `progress` at intervals, then `ended` or `failed` once. */
  readonly state: "started" | "progress" | "ended" | "failed";
  /** Path of the recording. */
  readonly path: string;
  /** Number of the current round, from 1. */
  readonly round: number;
  /** Number of published messages in all rounds. */
  readonly sent: number;
  /** Number of skipped damages in all rounds. */
  readonly skipped: number;
  /** Sequence of the last published message; null before the first one. */
  readonly sequence: number | null;
  /**
   * Recorded time of that message, RFC 3339 in UTC; null if the recording has
   * no times.
   */
  readonly time: string | null;
  /** Error of a failed playback. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** Counts messages and publishes the status of a playback. */
export class StatusReporter {
  round = 1;
  sent = 0;
  skipped = 0;
  last: RecordedMessage | undefined;
  readonly #context: Context;
  readonly #path: string;
  readonly #topic: string | undefined;
  readonly #every: number;
  #publishedAt = 0;
  #publishing: Promise<void> | undefined;

  /**
   * `every` is the interval of `progress`, in milliseconds. Without `topic` no
   * status is published.
   */
  constructor(
    context: Context,
    path: string,
    topic: string | undefined,
    every: number,
  ) {
    this.#context = context;
    this.#path = path;
    this.#topic = topic;
    this.#every = every;
  }

  /**
   * True if a `progress` status is due, and the last one has been published.
   */
  get isDue(): boolean {
    if (this.#topic === undefined || this.#publishing !== undefined) {
      return false;
    }
    const since = this.#context.clock.now() - this.#publishedAt;
    return since >= this.#every || since < 0; // the clock was set back
  }

  /** Publishes a `progress` status without waiting for it. */
  startProgress(): void {
    this.#publishing = this.#publish("progress").finally(() =>
      this.#publishing = undefined
    );
  }

  /** Publishes a status, after the pending one. */
  async report(state: PlaybackStatus["state"], error?: unknown): Promise<void> {
    await this.#publishing;
    await this.#publish(state, error);
  }

  /**
   * Publishes a status. A failed publish is logged and does not end the replay.
   */
  async #publish(
    state: PlaybackStatus["state"],
    error?: unknown,
  ): Promise<void> {
    if (this.#topic === undefined) return;
    const { clock, log, signal } = this.#context;
    this.#publishedAt = clock.now();
    const { time } = this.last ?? {};
    const status: PlaybackStatus = {
      state,
      path: this.#path,
      round: this.round,
      sent: this.sent,
      skipped: this.skipped,
      sequence: this.last?.sequence ?? null,
      time: time === undefined ? null : new Date(time).toISOString(),
      ...error === undefined ? {} : { error: describeError(error) },
    };
    try {
      await this.#context.publish(this.#topic, status, { signal });
    } catch (error) {
      if (signal.aborted) return;
      log.warn("cannot publish the status {state}: {reason}", {
        state,
        reason: (error as Error).message,
      });
    }
  }
}

function describeError(error: unknown): { code: string; message: string } {
  return {
    code: error instanceof CaryatidError ? error.code : "MODULE_FAILED",
    message: error instanceof Error ? error.message : String(error),
  };
}
