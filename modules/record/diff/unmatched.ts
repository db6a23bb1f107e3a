import type { Keyed } from "./side.ts";

/** Messages of one recording for which the other one has none yet: so many of them are kept, the newest. */
export class Unmatched {
  readonly #most: number;
  readonly #onGone: (message: Keyed) => void;
  readonly #waiting = new Set<Keyed>();
  readonly #byKey = new Map<string, Keyed[]>();

  /** `onGone` gets those that nobody came for. */
  constructor(most: number, onGone: (message: Keyed) => void) {
    this.#most = most;
    this.#onGone = onGone;
  }

  /** Keeps one. */
  add(message: Keyed): void {
    this.#waiting.add(message);
    const same = this.#byKey.get(message.key);
    if (same === undefined) this.#byKey.set(message.key, [message]);
    else same.push(message);
    if (this.#waiting.size > this.#most) this.#giveUp();
  }

  /** The oldest one with that key. */
  peek(key: string): Keyed | undefined {
    return this.#byKey.get(key)?.[0];
  }

  /** Somebody came for it. Says whether it was still there. */
  remove(message: Keyed): boolean {
    if (!this.#waiting.delete(message)) return false;
    const same = this.#byKey.get(message.key)!;
    same.splice(same.indexOf(message), 1);
    if (same.length === 0) this.#byKey.delete(message.key);
    return true;
  }

  /** Nobody comes for the rest. */
  end(): void {
    while (this.#waiting.size > 0) this.#giveUp();
  }

  #giveUp(): void {
    const [oldest] = this.#waiting;
    this.remove(oldest!);
    this.#onGone(oldest!);
  }
}
