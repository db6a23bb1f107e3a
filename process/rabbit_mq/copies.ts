import type { Message } from "amqplib";

/** What becomes of second copies. */
export interface CopiesOptions {
  /** Ids of finished messages that are remembered. */
  readonly window: number;
  /** A copy of a message that is finished. */
  readonly drop: (copy: Message) => void;
  /** A copy of a message that was given up: it has to be looked at for itself. */
  readonly take: (copy: Message) => void;
}

/**
 * Finds second copies of messages by their ids: of those that are finished, up to a number of them, and of those that aren't yet.
 *
 * A copy of the latter waits for what becomes of the first: were it dropped at once, both could be lost.
 */
export class Copies {
  readonly #options: CopiesOptions;
  readonly #finished = new Set<string>();
  /** By the id of the first one, which isn't finished. */
  readonly #waiting = new Map<string, Message[]>();

  /** Nothing is known yet. */
  constructor(options: CopiesOptions) {
    this.#options = options;
  }

  /** Whether `message` is a second copy, which is looked after. Else it is the first, until `finish` or `forget`. */
  holds(message: Message): boolean {
    const { messageId: id } = message.properties;
    if (id === undefined) return false;
    if (this.#finished.has(id)) {
      this.#options.drop(message);
      return true;
    }
    const waiting = this.#waiting.get(id);
    if (waiting) waiting.push(message);
    else this.#waiting.set(id, []);
    return waiting !== undefined;
  }

  /** The first copy is finished: no other is wanted. */
  finish(message: Message): void {
    const { messageId: id } = message.properties;
    if (id === undefined) return;
    this.#remember(id);
    const copies = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    for (const copy of copies) this.#options.drop(copy);
  }

  /** The first copy is given up, or will come again: the next one counts. */
  forget(message: Message): void {
    const { messageId: id } = message.properties;
    const copies = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    for (const copy of copies) this.#options.take(copy);
  }

  /** The connection is gone, and with it the copies that wait. */
  interrupt(): void {
    for (const copies of this.#waiting.values()) copies.length = 0;
  }

  #remember(id: string): void {
    this.#finished.add(id);
    if (this.#finished.size <= this.#options.window) return;
    for (const oldest of this.#finished) {
      this.#finished.delete(oldest);
      return;
    }
  }
}
