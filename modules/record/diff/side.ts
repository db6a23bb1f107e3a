import type { RecordedMessage } from "../recorded_message.ts";

/** A message, and the text that it is compared by. */
export interface Keyed {
  readonly message: RecordedMessage;
  readonly key: string;
  /** Which one of its recording it is, from 0. */
  readonly index: number;
}

/** One of two recordings, as far as it is looked at. */
export class Side {
  readonly #batches: AsyncIterator<readonly RecordedMessage[], unknown>;
  readonly #keyOf: (message: RecordedMessage) => string;
  #ahead: Keyed[] = [];
  #from = 0;
  #read = 0;
  #ended = false;

  /** Nothing is read yet. */
  constructor(
    batches: AsyncIterator<readonly RecordedMessage[], unknown>,
    keyOf: (message: RecordedMessage) => string,
  ) {
    this.#batches = batches;
    this.#keyOf = keyOf;
  }

  /** Whether there is no more than what lies ahead. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Reads until `count` messages lie ahead, if there are so many. */
  async fill(count: number): Promise<void> {
    while (!this.#ended && this.#ahead.length - this.#from < count) {
      const { done, value } = await this.#batches.next();
      if (done) {
        this.#ended = true;
        return;
      }
      this.#ahead = this.#ahead.slice(this.#from);
      this.#from = 0;
      for (const message of value as readonly RecordedMessage[]) {
        this.#ahead.push({
          message,
          key: this.#keyOf(message),
          index: this.#read++,
        });
      }
    }
  }

  /** The next message, if it was read. */
  get first(): Keyed | undefined {
    return this.#ahead[this.#from];
  }

  /** Goes over the first `count`, and gives them. */
  take(count: number): Keyed[] {
    const taken = this.#ahead.slice(this.#from, this.#from + count);
    this.#from += taken.length;
    return taken;
  }

  /** Goes over the next one. */
  skip(): void {
    this.#from++;
  }

  /** The first `count` that lie ahead, or fewer. */
  peek(count: number): Keyed[] {
    return this.#ahead.slice(this.#from, this.#from + count);
  }

  /** Lets the files go. */
  async close(): Promise<void> {
    await this.#batches.return?.();
  }
}
