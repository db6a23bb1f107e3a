type Step<T> = IteratorResult<T, undefined>;

const DONE = Promise.resolve();
const END: Promise<Step<never>> = Promise.resolve({
  done: true,
  value: undefined,
});
const SIZE = 128;

/**
 * Minimal queue with back-pressure: one writer, one reader, a ring, and the
 * promises that awaiting needs. No topics, no options, no close while a reader
 * waits.
 */
export class PlainRing<T> implements AsyncIterable<T> {
  readonly #slots: (T | undefined)[] = new Array(SIZE);
  readonly #capacity: number;
  #head = 0;
  #length = 0;
  #reader: ((step: Step<T>) => void) | undefined;
  #writer: (() => void) | undefined;
  #refused: T | undefined;
  #closed = false;

  /** Creates a queue of `capacity` messages. The writer waits if it is full. */
  constructor(capacity: number) {
    if (capacity > SIZE) throw new RangeError(`expected at most ${SIZE}`);
    this.#capacity = capacity;
  }

  publish(message: T): Promise<void> {
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      reader({ done: false, value: message });
      return DONE;
    }
    if (this.#length < this.#capacity) {
      this.#push(message);
      return DONE;
    }
    this.#refused = message;
    return new Promise((resolve) => this.#writer = resolve);
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: () => this.#take(),
      return: () => {
        this.#closed = true;
        return END;
      },
    };
  }

  #take(): Promise<Step<T>> {
    if (this.#length > 0) {
      return Promise.resolve({ done: false, value: this.#shift() });
    }
    if (this.#closed) return END;
    return new Promise((resolve) => this.#reader = resolve);
  }

  #push(message: T): void {
    this.#slots[(this.#head + this.#length++) & (SIZE - 1)] = message;
  }

  #shift(): T {
    const message = this.#slots[this.#head]!;
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (SIZE - 1);
    this.#length--;
    const writer = this.#writer;
    if (writer !== undefined) {
      this.#writer = undefined;
      this.#push(this.#refused!);
      writer();
    }
    return message;
  }
}
