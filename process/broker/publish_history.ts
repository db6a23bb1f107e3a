import { Ring } from "@caryatid/sdk/internal/bus";

/** A confirmed message that may be published again. */
export interface ConfirmedMessage {
  readonly topic: string;
  /** Size of its body, in bytes. */
  readonly size: number;
  /** Frees its body. */
  release(): void;
}

/** Requested messages that the history had dropped. */
export interface ForgottenMessages {
  readonly count: number;
  /** Time of the first and of the last one, by `performance.now()`. */
  readonly from: number;
  readonly until: number;
  /** Pattern that matches their topics. */
  readonly pattern: string;
}

interface Entry<M> {
  readonly at: number;
  readonly message: M;
}

/**
 * The messages that a broker has confirmed lately, within bounds. A confirm
 * cannot prove that a group was bound: after a loss of exchanges or queues,
 * messages since the last good check are published again.
 */
export class PublishHistory<M extends ConfirmedMessage> {
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  readonly #entries = new Ring<Entry<M>>();
  #bytes = 0;
  #forgotten: ForgottenMessages | undefined;

  /** Drops the oldest message. */
  constructor(maxMessages: number, maxBytes: number) {
    this.#maxMessages = maxMessages;
    this.#maxBytes = maxBytes;
  }

  /** Adds a message that was confirmed now. */
  add(message: M, now: number = performance.now()): void {
    this.#entries.push({ at: now, message });
    this.#bytes += message.size;
    while (
      this.#entries.length > this.#maxMessages || this.#bytes > this.#maxBytes
    ) {
      const { at, message: { topic } } = this.#shift()!;
      const { count, from, pattern } = this.#forgotten ??
        { count: 0, from: at, pattern: topic };
      this.#forgotten = {
        count: count + 1,
        from,
        until: at,
        pattern: widened(pattern, topic),
      };
    }
  }

  /** Drops messages that were confirmed before `time`. */
  trim(time: number): void {
    for (;;) {
      const first = this.#entries.shift();
      if (first === undefined) break;
      if (first.at >= time) {
        this.#entries.unshift(first);
        break;
      }
      this.#release(first);
    }
    if (this.#forgotten && this.#forgotten.until < time) {
      this.#forgotten = undefined;
    }
  }

  /**
   * Removes and returns the messages that were confirmed since `time`, oldest
   * first, and the number of messages that were dropped from the history since
   * then. The caller releases the messages.
   */
  take(
    time = -Infinity,
  ): { messages: M[]; forgotten: ForgottenMessages | undefined } {
    const messages: M[] = [];
    this.#entries.remove(({ at, message }) => {
      if (at < time) return false;
      messages.push(message);
      this.#bytes -= message.size;
      return true;
    });
    const forgotten = this.#forgotten;
    if (forgotten === undefined || forgotten.until < time) {
      return { messages, forgotten: undefined };
    }
    this.#forgotten = undefined;
    return { messages, forgotten };
  }

  #shift(): Entry<M> | undefined {
    const entry = this.#entries.shift();
    if (entry) this.#release(entry);
    return entry;
  }

  #release({ message }: Entry<M>): void {
    this.#bytes -= message.size;
    message.release();
  }
}

/** Returns a pattern that matches a topic and all that `pattern` matches. */
export function widened(pattern: string, topic: string): string {
  if (pattern === topic) return pattern;
  const words = topic.split(".");
  const common: string[] = [];
  for (const [i, word] of pattern.split(".").entries()) {
    if (word === "#" || word !== words[i]) break;
    common.push(word);
  }
  return [...common, "#"].join(".");
}
