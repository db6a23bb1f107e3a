import type { GuestOptions } from "./guest_options.ts";
import { tooMuchMemory } from "../../platform/memory_watch.ts";

/** Options of {@linkcode GuestWatch}. */
export interface GuestWatchOptions {
  readonly guest: GuestOptions;
  /** Asks the guest for a sign of life. */
  readonly ping: () => void;
  /** Ends the guest, with the reason and a hint for the operator. */
  readonly end: (found: string, hint?: string) => void;
}

/**
 * Ends a guest that starts too slowly, gives no sign of life or takes too much
 * memory of its host.
 */
export class GuestWatch {
  readonly #options: GuestWatchOptions;
  #heartbeat: Heartbeat | undefined;
  #startTimer: ReturnType<typeof setTimeout> | undefined;

  /** Watches nothing yet. */
  constructor(options: GuestWatchOptions) {
    this.#options = options;
  }

  /**
   * Limits the time of a start from now on: only time in which the host waits
   * for the guest counts.
   */
  beginStart(): void {
    const { guest: { limits: { startDeadline } }, end } = this.#options;
    this.endStart();
    this.#startTimer = setTimeout(
      () =>
        end(
          `it took more than ${startDeadline / 1000} s to start`,
          "Raise start-deadline of its limits.",
        ),
      startDeadline,
    );
  }

  /** Ends the limit of the start. */
  endStart(): void {
    clearTimeout(this.#startTimer);
  }

  /** Expects signs of life from now on. */
  begin(): void {
    const { guest: { limits: { heartbeat } }, ping, end } = this.#options;
    this.#heartbeat?.stop();
    this.#heartbeat = new Heartbeat({
      silence: heartbeat,
      ask: ping,
      onSilent: () =>
        end(
          `it gave no sign of life for ${heartbeat / 1000} s`,
          "Check its code for a loop without end.",
        ),
    });
  }

  /** Records a sign of life. */
  beat(): void {
    this.#heartbeat?.beat();
  }

  /** Stops watching. */
  stop(): void {
    this.endStart();
    this.#heartbeat?.stop();
  }

  /**
   * Checks the memory that a guest reports, in bytes, for systems on which its
   * host cannot measure it.
   */
  checkMemory(taken: number): void {
    const { guest: { limits: { memory }, spawner }, end } = this.#options;
    if (spawner.isolation !== "process" || taken <= memory) return;
    end(tooMuchMemory(taken, memory));
  }
}

/** Checks during the time that a guest may be silent. */
const CHECKS = 4;

/** Options of {@linkcode Heartbeat}. */
export interface HeartbeatOptions {
  /** Maximum time without a sign of life, in milliseconds. */
  readonly silence: number;
  /** Asks for a sign of life. */
  readonly ask: () => void;
  /** Called once, when no sign of life came in time. */
  readonly onSilent: () => void;
}

/** Detects a silent guest. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #silent = 0;

  /** Asks at once, and several times during the permitted silence. */
  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#check(), options.silence / CHECKS);
    options.ask();
  }

  /** Records a sign of life. */
  beat(): void {
    this.#silent = 0;
  }

  /** Stops asking. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * Counts checks instead of time, so that a busy host does not blame its
   * guest.
   */
  #check(): void {
    if (++this.#silent < CHECKS) return this.#options.ask();
    this.stop();
    this.#options.onSilent();
  }
}
