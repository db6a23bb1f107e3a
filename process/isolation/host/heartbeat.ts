/** Looks so many times, in the time that a guest may be silent. */
const LOOKS = 4;

/** What a {@linkcode Heartbeat} is made of. */
export interface HeartbeatOptions {
  /** How long it may give no sign of life, in milliseconds. */
  readonly silence: number;
  /** Asks for a sign of life. */
  readonly ask: () => void;
  /** Called once, when none came. */
  readonly onSilent: () => void;
}

/** Finds out that a guest is silent. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #silent = 0;

  /** Asks at once, and now and then. */
  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), options.silence / LOOKS);
    options.ask();
  }

  /** A sign of life came. */
  beat(): void {
    this.#silent = 0;
  }

  /** Looks no more. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Counted in looks rather than time: while this process itself is busy, none goes by. */
  #look(): void {
    if (++this.#silent < LOOKS) return this.#options.ask();
    this.stop();
    this.#options.onSilent();
  }
}
