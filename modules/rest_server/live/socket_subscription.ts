import type { Feed, FeedReader, Start } from "./feed.ts";

/** Bytes that may wait in a socket before it is given more. */
const MOST_BUFFERED = 1 << 16;

/**
 * Time after which a full socket is looked at again, in milliseconds: it
 * reports nothing itself.
 */
const LOOK_AGAIN = 50;

/** State of an open WebSocket. */
const OPEN = 1;

/** The part of a WebSocket that is used here. */
export interface FeedSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(text: string): void;
}

/**
 * A client's subscription over WebSocket. Messages that the socket does not
 * take yet wait in the feed, which all its clients share.
 */
export class SocketSubscription implements FeedReader {
  readonly feed: Feed;
  readonly #socket: FeedSocket;
  readonly #onEnd: () => void;
  #after: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Starts after `start`. `onEnd` is called when the feed has ended. */
  constructor(
    feed: Feed,
    start: Start,
    socket: FeedSocket,
    onEnd: () => void,
  ) {
    this.feed = feed;
    this.#after = start.after;
    this.#socket = socket;
    this.#onEnd = onEnd;
    feed.join(this);
    if (start.gap) this.#tell(start);
    this.#send();
  }

  wake(beat: boolean): void {
    // The socket sends separate signs of life.
    if (beat && this.#after === this.feed.head) this.feed.wait(this);
    else this.#send();
  }

  end(): void {
    this.close();
    this.#onEnd();
  }

  /** Removes it from the feed. */
  close(): void {
    clearTimeout(this.#timer);
    this.feed.leave(this);
  }

  #send = (): void => {
    while (this.#after < this.feed.head) {
      if (this.#socket.readyState !== OPEN) return;
      if (this.#socket.bufferedAmount > MOST_BUFFERED) {
        this.#timer = setTimeout(this.#send, LOOK_AGAIN);
        return;
      }
      const skipped = this.feed.skip(this.#after);
      if (skipped) this.#tell(skipped);
      this.#socket.send(this.feed.frame(this.#after++));
    }
    this.feed.wait(this);
  };

  #tell({ after, gap }: Start): void {
    this.#after = after;
    if (this.#socket.readyState !== OPEN) return;
    this.#socket.send(this.feed.frameOf(after, { gap: gap! }));
  }
}
