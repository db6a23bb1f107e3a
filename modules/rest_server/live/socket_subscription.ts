import type { Feed, FeedReader, Start } from "./feed.ts";

/** Bytes that may wait in a socket before it is given more. */
const MOST_BUFFERED = 1 << 16;

/** Milliseconds after which to look again at a socket that takes no more: it doesn't tell. */
const LOOK_AGAIN = 50;

/** A client's subscription over WebSocket. What the socket doesn't take waits in the feed, for all clients together. */
export class SocketSubscription implements FeedReader {
  readonly feed: Feed;
  readonly #socket: WebSocket;
  readonly #onEnd: () => void;
  #after: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Begins after `start`; `onEnd` hears that the feed has ended. */
  constructor(
    feed: Feed,
    start: Start,
    socket: WebSocket,
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
    // The socket has signs of life of its own.
    if (beat && this.#after === this.feed.head) this.feed.wait(this);
    else this.#send();
  }

  end(): void {
    this.close();
    this.#onEnd();
  }

  /** Takes it out of the feed. */
  close(): void {
    clearTimeout(this.#timer);
    this.feed.leave(this);
  }

  #send = (): void => {
    while (this.#after < this.feed.head) {
      if (this.#socket.readyState !== WebSocket.OPEN) return;
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
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(this.feed.frameOf(after, { gap: gap! }));
  }
}
