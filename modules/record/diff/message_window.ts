import type { RecordedMessage } from "../entry.ts";

/** A message with the text that it is compared by. */
export interface KeyedMessage {
  readonly message: RecordedMessage;
  readonly key: string;
  /** Position in its recording, from 0. */
  readonly index: number;
}

/** The next messages of a recording, which is read as far as needed. */
export class MessageWindow {
  readonly #batches: AsyncIterator<readonly RecordedMessage[], unknown>;
  readonly #keyOf: (message: RecordedMessage) => string;
  #messages: KeyedMessage[] = [];
  #start = 0;
  #read = 0;
  #ended = false;

  /** Creates a window that has read nothing yet. */
  constructor(
    batches: AsyncIterator<readonly RecordedMessage[], unknown>,
    keyOf: (message: RecordedMessage) => string,
  ) {
    this.#batches = batches;
    this.#keyOf = keyOf;
  }

  /** True if all messages of the recording were read. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Reads until the window has `count` messages or the recording ends. */
  async fill(count: number): Promise<void> {
    while (!this.#ended && this.#messages.length - this.#start < count) {
      const { done, value } = await this.#batches.next();
      if (done) {
        this.#ended = true;
        return;
      }
      this.#messages = this.#messages.slice(this.#start);
      this.#start = 0;
      for (const message of value as readonly RecordedMessage[]) {
        this.#messages.push({
          message,
          key: this.#keyOf(message),
          index: this.#read++,
        });
      }
    }
  }

  /** The first message, if one was read. */
  get first(): KeyedMessage | undefined {
    return this.#messages[this.#start];
  }

  /** Removes the first `count` messages and returns them. */
  take(count: number): KeyedMessage[] {
    const taken = this.#messages.slice(this.#start, this.#start + count);
    this.#start += taken.length;
    return taken;
  }

  /** Removes the first message. */
  skip(): void {
    this.#start++;
  }

  /** Returns the first `count` messages, or fewer at the end. */
  peek(count: number): KeyedMessage[] {
    return this.#messages.slice(this.#start, this.#start + count);
  }
}
