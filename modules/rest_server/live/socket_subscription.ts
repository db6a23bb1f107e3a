import type { Feed, FeedReader, Start } from "./feed.ts";

/** Maximum number of unsent bytes in a socket; further frames wait. */
const MOST_BUFFERED = 1 << 16;

/**
 * Interval of checks of a full socket, in milliseconds: a socket does not
 * report free room.
 */
const LOOK_AGAIN = 50;

/** State of an open WebSocket. */
const OPEN = 1;

/** Members of a WebSocket that are used here. */
export interface FeedSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(text: string): void;
}

/**
 * Subscription of a client over WebSocket. Messages wait in the feed, which all
 * clients share, while the socket is full.
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
    if (start.gap) this.#sendGap(start);
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

  /** Removes the subscription from the feed. */
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
      if (skipped) this.#sendGap(skipped);
      this.#socket.send(this.feed.frame(this.#after++));
    }
    this.feed.wait(this);
  };

  #sendGap({ after, gap }: Start): void {
    this.#after = after;
    if (this.#socket.readyState !== OPEN) return;
    this.#socket.send(this.feed.frameOf(after, { gap: gap! }));
  }
}
