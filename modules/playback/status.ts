import { CaryatidError, type Context } from "@caryatid/sdk";
import type { RecordedMessage } from "../record/recorded_message.ts";

/** What a playback tells on its `status-topic`. */
export interface PlaybackStatus {
  /** `started` once, `progress` now and then, `ended` or `failed` once. */
  readonly state: "started" | "progress" | "ended" | "failed";
  /** What is replayed. */
  readonly path: string;
  /** Which time it is replayed, from 1. */
  readonly round: number;
  /** Messages published, in all rounds. */
  readonly sent: number;
  /** Damages left out, in all rounds. */
  readonly skipped: number;
  /** The sequence of the last message that was published; null before the first one. */
  readonly sequence: number | null;
  /** When that was recorded, RFC 3339 in UTC; null where the recording doesn't say. */
  readonly time: string | null;
  /** Why it failed. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** Counts, and tells now and then. */
export class Progress {
  round = 1;
  sent = 0;
  skipped = 0;
  last: RecordedMessage | undefined;
  readonly #context: Context;
  readonly #path: string;
  readonly #topic: string | undefined;
  readonly #every: number;
  #toldAt = 0;
  #telling: Promise<void> | undefined;

  /** `every` is in milliseconds; without `topic` nothing is told. */
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

  /** Whether it is time to tell how far it is, and whoever is told isn't still to hear of the last time. */
  get isDue(): boolean {
    if (this.#topic === undefined || this.#telling !== undefined) return false;
    const since = this.#context.clock.now() - this.#toldAt;
    return since >= this.#every || since < 0; // the clock was set back
  }

  /** Tells how far it is; nobody waits for whoever hears it. */
  tellSoon(): void {
    this.#telling = this.#publish("progress").finally(() =>
      this.#telling = undefined
    );
  }

  /** Tells what has come about. */
  async tell(state: PlaybackStatus["state"], error?: unknown): Promise<void> {
    await this.#telling;
    await this.#publish(state, error);
  }

  /** That somebody doesn't hear it is no reason to end a replay, except where it stops anyway. */
  async #publish(
    state: PlaybackStatus["state"],
    error?: unknown,
  ): Promise<void> {
    if (this.#topic === undefined) return;
    const { clock, log, signal } = this.#context;
    this.#toldAt = clock.now();
    const { time } = this.last ?? {};
    const status: PlaybackStatus = {
      state,
      path: this.#path,
      round: this.round,
      sent: this.sent,
      skipped: this.skipped,
      sequence: this.last?.sequence ?? null,
      time: time === undefined ? null : new Date(time).toISOString(),
      ...error === undefined ? {} : { error: described(error) },
    };
    try {
      await this.#context.publish(this.#topic, status, { signal });
    } catch (error) {
      if (signal.aborted) return;
      log.warn("not everybody heard that it is {state}: {reason}", {
        state,
        reason: (error as Error).message,
      });
    }
  }
}

function described(error: unknown): { code: string; message: string } {
  return {
    code: error instanceof CaryatidError ? error.code : "MODULE_FAILED",
    message: error instanceof Error ? error.message : String(error),
  };
}
