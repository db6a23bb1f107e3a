/**
 * Messages that the broker has sent back since nobody's queue took them, and has yet to confirm. It counts them: one confirm may be
 * for many, and some may have one id, as when two groups give up the same message.
 */
export class Returned {
  readonly #counts = new Map<string, number>();

  /** One came back. */
  add(exchange: string, key: string, id: string | undefined): void {
    const name = nameOf(exchange, key, id);
    this.#counts.set(name, 1 + (this.#counts.get(name) ?? 0));
  }

  /** One is confirmed: says whether it had come back. */
  take(exchange: string, key: string, id: string | undefined): boolean {
    if (this.#counts.size === 0) return false;
    const name = nameOf(exchange, key, id);
    const count = this.#counts.get(name);
    if (count === undefined) return false;
    if (count === 1) this.#counts.delete(name);
    else this.#counts.set(name, count - 1);
    return true;
  }
}

function nameOf(exchange: string, key: string, id: string | undefined): string {
  return JSON.stringify([exchange, key, id]);
}
