import { topicMatches } from "@caryatid/sdk";
import { randomId } from "@caryatid/sdk/bus";
import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import { eventText, gapText } from "./event_text.ts";
import { type Entry, History } from "./history.ts";
import type { LiveConfig } from "../live_config.ts";
import type { Gap, LiveMessage } from "./live_message.ts";

/**
 * Readers that are woken before the event loop gets a turn: 10,000 at once
 * would block all other work for 0.1 s.
 */
const READERS_PER_TURN = 256;

/**
 * Characters that a reader receives at a time, unless one message is longer.
 */
const BATCH = 1 << 16;

/** A client's place in a feed. */
export interface FeedReader {
  /**
   * Called for a new entry or a sign of life. The reader no longer waits then.
   */
  wake(beat: boolean): void;
  /** Called when the feed has ended. */
  end(): void;
}

/** Position at which a reader continues, and the gap before it. */
export interface Start {
  /** The number of the last entry that the reader has. */
  readonly after: number;
  readonly gap?: Gap;
}

/**
 * Some entries as server-sent events: the same bytes for all readers with the
 * same position.
 */
interface Batch {
  readonly after: number;
  readonly head: number;
  /** The last entry in it. */
  readonly through: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Messages that the clients of one set of patterns receive, in one order.
 *
 * Readers have a position in the history, and no queue. A client that does not
 * read costs nothing, and gets a gap when the history no longer has its next
 * message. A position is `<epoch>-<number>`; the epoch is unique to this feed,
 * so that positions from before a restart are recognized as foreign.
 */
export class Feed {
  /** Patterns of the feed, without those that another one covers. */
  readonly patterns: readonly string[];
  /**
   * Time at which its last reader left, by the clock of the context; undefined
   * while it has readers.
   */
  idleSince: number | undefined;
  /** Number of clients that wait until the feed receives messages. */
  opening = 0;
  readonly #epoch = randomId();
  readonly #history: History;
  readonly #longest: number;
  readonly #readers = new Set<FeedReader>();
  /** Readers that have every entry and can take more. */
  #waiting = new Set<FeedReader>();
  /** Waiting readers that are woken next. */
  #due = new Set<FeedReader>();
  #waking = false;
  #beatDue = false;
  #beatHead = 0;
  #ended = false;
  #batch: Batch | undefined;
  #frame: { readonly number: number; readonly text: string } | undefined;

  /** Creates a feed without entries. */
  constructor(patterns: readonly string[], config: LiveConfig) {
    this.patterns = patterns;
    this.#history = new History(config.buffer, config["buffer-size"]);
    this.#longest = config["buffer-size"];
  }

  /** True while the feed has readers, or clients that are about to read it. */
  get used(): boolean {
    return this.#readers.size > 0 || this.opening > 0;
  }

  /** True once the feed has ended: it receives no more messages. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The number of the newest entry. */
  get head(): number {
    return this.#history.last;
  }

  /** Returns the position of a reader that has every entry up to `number`. */
  position(number: number): string {
    return `${this.#epoch}-${number}`;
  }

  /**
   * Returns the start of a reader that has every entry up to `position`. A
   * reader without a position starts after the newest entry.
   */
  startAt(position: string | undefined): Start {
    const { last } = this.#history;
    if (!position) return { after: last };
    const [epoch, digits = ""] = position.split("-", 2);
    const number = /^\d{1,15}$/.test(digits) ? Number(digits) : Infinity;
    if (epoch !== this.#epoch || number > last) {
      return { after: last, gap: { reason: "foreign", missed: null } };
    }
    return this.#skip(number, "expired") ?? { after: number };
  }

  /**
   * Returns the new start of a reader that is too slow for the history;
   * undefined if the history still has its next entry.
   */
  skip(after: number): Start | undefined {
    return this.#skip(after, "behind");
  }

  /** Entries after `after` as server-sent events. */
  events(after: number): Batch {
    const { last } = this.#history;
    const known = this.#batch;
    if (known?.after === after && known.head === last) return known;
    let text = "";
    let through = after;
    while (through < last && text.length < BATCH) {
      const entry = this.#history.at(++through);
      const position = this.position(through);
      text += "gap" in entry
        ? gapText(position, entry.gap)
        : eventText(position, entry.json);
    }
    const bytes = new TextEncoder().encode(text);
    return this.#batch = { after, head: last, through, bytes };
  }

  /** The entry after `after` as a frame of a WebSocket. */
  frame(after: number): string {
    const number = after + 1;
    if (this.#frame?.number === number) return this.#frame.text;
    const text = this.frameOf(number, this.#history.at(number));
    this.#frame = { number, text };
    return text;
  }

  /** An entry, or a gap before it, as a frame of a WebSocket. */
  frameOf(number: number, entry: Entry): string {
    const pattern = JSON.stringify(this.patterns[0]);
    const json = "gap" in entry
      ? `"gap":${JSON.stringify(entry.gap)}`
      : entry.json;
    return `{"pattern":${pattern},"at":"${this.position(number)}",${json}}`;
  }

  /** Adds a message of the subscription to `pattern`, one of its patterns. */
  take(pattern: string, message: LiveMessage): void {
    // A message that matches several patterns is delivered once for each.
    if (this.patterns.length > 1 && this.#first(message.topic) !== pattern) {
      return;
    }
    this.#history.push(this.#entry(message));
    this.#wake();
  }

  /**
   * Adds a reader, which calls `wait` once it has every entry. A reader of an
   * ended feed is ended at once.
   */
  join(reader: FeedReader): void {
    if (this.#ended) return reader.end();
    this.#readers.add(reader);
    this.idleSince = undefined;
  }

  /**
   * Wakes the reader at the next entry or sign of life. The reader must have
   * every entry up to the head.
   */
  wait(reader: FeedReader): void {
    this.#waiting.add(reader);
  }

  /** Removes a reader. */
  leave(reader: FeedReader): void {
    this.#readers.delete(reader);
    this.#waiting.delete(reader);
    this.#due.delete(reader);
  }

  /**
   * Sends a sign of life to all readers, unless a message was sent since the
   * last one.
   */
  beat(): void {
    if (this.#beatHead === this.head) {
      this.#beatDue = true;
      this.#wake();
    }
    this.#beatHead = this.head;
  }

  /** Ends all readers. */
  end(): void {
    this.#ended = true;
    for (const reader of [...this.#readers]) reader.end();
  }

  #first(topic: string): string | undefined {
    return this.patterns.find((pattern) => topicMatches(pattern, topic));
  }

  #entry({ json }: LiveMessage): Entry {
    if (json === undefined) {
      return { gap: { reason: "not-encodable", missed: 1 } };
    }
    return json.length > this.#longest
      ? { gap: { reason: "too-large", missed: 1 } }
      : { json };
  }

  #skip(after: number, reason: Gap["reason"]): Start | undefined {
    const missed = this.#history.first - 1 - after;
    if (missed <= 0) return undefined;
    return { after: this.#history.first - 1, gap: { reason, missed } };
  }

  #wake(): void {
    if (this.#waking || this.#waiting.size === 0) return;
    this.#waking = true;
    this.#wakeAll();
  }

  async #wakeAll(): Promise<void> {
    let head: number;
    do {
      await yieldToEventLoop(); // a burst becomes one batch
      const beat = this.#beatDue;
      this.#beatDue = false;
      head = this.head;
      this.#due = this.#waiting;
      this.#waiting = new Set();
      await this.#wakeDue(beat);
    } while ((this.head > head || this.#beatDue) && this.#waiting.size > 0);
    this.#waking = false;
  }

  async #wakeDue(beat: boolean): Promise<void> {
    let woken = 0;
    for (const reader of this.#due) {
      this.#due.delete(reader);
      reader.wake(beat);
      if (++woken % READERS_PER_TURN === 0) await yieldToEventLoop();
    }
  }
}
