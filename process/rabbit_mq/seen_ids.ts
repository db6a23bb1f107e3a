/** The ids of the last messages that were finished, as many as the window has. */
export class SeenIds {
  readonly #window: number;
  readonly #ids = new Set<string>();

  /** Remembers up to `window` ids. */
  constructor(window: number) {
    this.#window = window;
  }

  /** Whether it is remembered. */
  has(id: string | undefined): boolean {
    return id !== undefined && this.#ids.has(id);
  }

  /** Remembers `id`, and forgets the oldest one if there are too many. */
  add(id: string | undefined): void {
    if (id === undefined) return;
    this.#ids.add(id);
    if (this.#ids.size <= this.#window) return;
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      return;
    }
  }
}
