import { topicMatches } from "@caryatid/sdk";
import { randomId, turnOver } from "@caryatid/sdk/bus";
import { eventText, gapText } from "./event_text.ts";
import { type Entry, History } from "./history.ts";
import type { LiveConfig } from "./live_config.ts";
import type { Gap, LiveMessage } from "./live_message.ts";

/** Readers that are given something before the event loop gets a turn: 10,000 at once would hold up everybody for 0.1 s. */
const READERS_PER_TURN = 256;

/** Characters that a reader is given at a time, unless one message is longer. */
const BATCH = 1 << 16;

/** A client's place in a feed. */
export interface FeedReader {
  /** There is something new, or it is time for a sign of life. It waits no more. */
  wake(beat: boolean): void;
  /** The feed has ended. */
  end(): void;
}

/** Where to go on, and what is missing before. */
export interface Start {
  /** The number of the last entry that the reader has. */
  readonly after: number;
  readonly gap?: Gap;
}

/** Some entries as server-sent events: the same bytes for all readers who are at the same place. */
interface Batch {
  readonly after: number;
  readonly head: number;
  /** The last entry in it. */
  readonly through: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * What clients of one set of patterns hear, in one order.
 *
 * Readers have a place in its history and nothing of their own: who doesn't read costs nothing, and finds a gap when the
 * history has moved on. A position is `<epoch>-<number>`; the epoch is this feed's alone, so that positions of before a restart
 * are known as foreign.
 */
export class Feed {
  /** Without those which others of them hold. */
  readonly patterns: readonly string[];
  /** When its last reader left, by the clock of the context; undefined while it has some. */
  idleSince: number | undefined;
  /** Clients on their way in, who wait until it is heard. */
  opening = 0;
  readonly #epoch = randomId();
  readonly #history: History;
  readonly #longest: number;
  readonly #readers = new Set<FeedReader>();
  /** Those who have everything and can take more. */
  #waiting = new Set<FeedReader>();
  /** Those of them who are to be woken next. */
  #due = new Set<FeedReader>();
  #waking = false;
  #beatDue = false;
  #beatHead = 0;
  #ended = false;
  #batch: Batch | undefined;
  #frame: { readonly number: number; readonly text: string } | undefined;

  /** Nothing was heard yet. */
  constructor(patterns: readonly string[], config: LiveConfig) {
    this.patterns = patterns;
    this.#history = new History(config.buffer, config["buffer-size"]);
    this.#longest = config["buffer-size"];
  }

  /** Whether somebody reads it, or is about to. */
  get used(): boolean {
    return this.#readers.size > 0 || this.opening > 0;
  }

  /** Whether nothing more will be heard. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The number of the newest entry. */
  get head(): number {
    return this.#history.last;
  }

  /** What a reader who has everything up to entry `number` comes back with. */
  position(number: number): string {
    return `${this.#epoch}-${number}`;
  }

  /** Where a reader begins who says that it has everything up to `position`. */
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

  /** Where a reader goes on for whom the history has moved too fast; undefined where it hasn't. */
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

  /** Takes in what was heard by the subscription to `pattern`, one of its patterns. */
  take(pattern: string, message: LiveMessage): void {
    // Where patterns overlap each of them hears it.
    if (this.patterns.length > 1 && this.#first(message.topic) !== pattern) {
      return;
    }
    this.#history.push(this.#entry(message));
    this.#wake();
  }

  /** Adds a reader, who is to `wait` when it has everything. One that comes too late is ended at once. */
  join(reader: FeedReader): void {
    if (this.#ended) return reader.end();
    this.#readers.add(reader);
    this.idleSince = undefined;
  }

  /** The reader has everything up to the head, and is to be woken when there is more. */
  wait(reader: FeedReader): void {
    this.#waiting.add(reader);
  }

  /** Takes a reader out. */
  leave(reader: FeedReader): void {
    this.#readers.delete(reader);
    this.#waiting.delete(reader);
    this.#due.delete(reader);
  }

  /** A sign of life for all readers, where no message has been one. */
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
      await turnOver(); // a burst becomes one batch
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
      if (++woken % READERS_PER_TURN === 0) await turnOver();
    }
  }
}
