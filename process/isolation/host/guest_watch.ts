import type { Link } from "../link.ts";
import type { GuestOptions } from "./guest_options.ts";
import { Heartbeat } from "./heartbeat.ts";
import { tooMuchMemory } from "./memory_watch.ts";

/** What a {@linkcode GuestWatch} is made of. */
export interface GuestWatchOptions {
  readonly guest: GuestOptions;
  readonly link: Link;
  /** Asks it for a sign of life. */
  readonly ping: () => void;
  /** Ends it, with what was found and what to do about it. */
  readonly end: (found: string, hint?: string) => void;
}

/** Sees to it that a guest is alive, and takes no more of its host than it may. */
export class GuestWatch {
  readonly #options: GuestWatchOptions;
  #heartbeat: Heartbeat | undefined;

  /** Nobody asks it anything yet. */
  constructor(options: GuestWatchOptions) {
    this.#options = options;
  }

  /** From here on it has to give signs of life. */
  begin(): void {
    const { guest: { limits: { heartbeat } }, ping, end } = this.#options;
    this.stop();
    this.#heartbeat = new Heartbeat({
      silence: heartbeat,
      ask: () => {
        ping();
        this.checkBacklog();
      },
      onSilent: () =>
        end(
          `it gave no sign of life for ${heartbeat / 1000} s`,
          "it ended silently, or does something without end",
        ),
    });
  }

  /** A sign of life came. */
  beat(): void {
    this.#heartbeat?.beat();
  }

  /** Asks it nothing any more. */
  stop(): void {
    this.#heartbeat?.stop();
  }

  /** Where nobody else can tell what it takes, it tells itself: so many bytes. */
  checkMemory(taken: number): void {
    const { guest: { limits: { memory }, spawner }, end } = this.#options;
    if (spawner.isolation !== "process" || taken <= memory) return;
    end(tooMuchMemory(taken, memory));
  }

  /** It asks for what it is sent; what it asks for and doesn't read takes its host's memory. */
  checkBacklog(): void {
    const { guest: { limits: { memory }, spawner }, link, end } = this.#options;
    const { backlog = 0 } = link;
    if (spawner.isolation !== "process" || backlog <= memory) return;
    end(
      "it doesn't read what it was sent, which is more than its memory holds",
    );
  }
}
