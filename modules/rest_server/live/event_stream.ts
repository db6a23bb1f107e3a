import { BEAT, gapText, openingText } from "./event_text.ts";
import type { Feed, FeedReader, Start } from "./feed.ts";

/**
 * One client of server-sent events. It buffers at most one chunk; later
 * messages wait in the feed, which all clients share.
 *
 * Not by `hono/streaming`: `streamSSE` encodes each event for each client, into
 * a stream whose queue grows while the client does not read. Here the text of
 * an event is created once, and a client that is too slow skips events and
 * receives a gap.
 */
export class EventStream implements FeedReader {
  /** The body of the answer. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #feed: Feed;
  readonly #onLeave: () => void;
  #controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  #after: number;
  #left = false;

  /** Begins at `start`; `onLeave` is called once, however it ends. */
  constructor(feed: Feed, start: Start, retry: number, onLeave: () => void) {
    this.#feed = feed;
    this.#after = start.after;
    this.#onLeave = onLeave;
    const opening = openingText(feed.position(start.after), retry) +
      (start.gap ? gapText(feed.position(start.after), start.gap) : "");
    this.body = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
        controller.enqueue(new TextEncoder().encode(opening));
      },
      pull: () => this.#pull(),
      cancel: () => this.#leave(),
    }, { highWaterMark: 0 }); // no event is encoded before it is read
    feed.join(this);
  }

  wake(beat: boolean): void {
    if (this.#after < this.#feed.head) this.#send();
    else if (beat) this.#controller.enqueue(BEAT);
    else this.#feed.wait(this);
  }

  end(): void {
    this.#leave();
    this.#controller.close();
  }

  #pull(): void {
    if (!this.#left) this.wake(false);
  }

  #send(): void {
    const skipped = this.#feed.skip(this.#after);
    if (skipped?.gap) {
      this.#after = skipped.after;
      const text = gapText(this.#feed.position(this.#after), skipped.gap);
      this.#controller.enqueue(new TextEncoder().encode(text));
      return;
    }
    const { bytes, through } = this.#feed.events(this.#after);
    this.#after = through;
    this.#controller.enqueue(bytes);
  }

  #leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#feed.leave(this);
    this.#onLeave();
  }
}
