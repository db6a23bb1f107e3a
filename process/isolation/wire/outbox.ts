import { Batch } from "./batch.ts";
import type { Frame } from "./frames.ts";
import type { Link } from "./link.ts";

/**
 * Number of microtask turns that a batch waits for more frames, so that the
 * replies to one batch are sent as one batch.
 */
const HOPS = 6;

const NOW = Promise.resolve();

/** Frames for the other side, sent together. */
export class Outbox {
  /**
   * Called before a batch is sent, to add frames that are sent once for each
   * batch.
   */
  onFlush: (() => void) | undefined;
  /** Maximum size of a message that the other side accepts, in bytes. */
  messageSize: number | undefined;
  readonly #link: Link;
  readonly #batch = new Batch();
  readonly #full: Uint8Array<ArrayBuffer>[] = [];
  #credit: number;
  #hops = 0;
  #flushing = false;
  #closed = false;

  /** Starts with a credit of `credit` bytes. */
  constructor(link: Link, credit: number = Infinity) {
    this.#link = link;
    this.#credit = credit;
  }

  /**
   * Returns a promise that resolves when the other side has room for further
   * messages, or undefined if it has room now.
   */
  room(): Promise<void> | undefined {
    return this.#closed ? undefined : this.#link.room?.();
  }

  /** Adds a frame, as {@linkcode Batch.add} does. */
  add(
    frame: Frame,
    messageSize: number | undefined = this.messageSize,
  ): number {
    if (this.#closed) return 0;
    const bytes = this.#batch.add(frame, messageSize);
    if (this.#batch.full) this.flush();
    else this.touch();
    return bytes;
  }

  /** Schedules a call of `onFlush`. */
  touch(): void {
    if (this.#hops > 0) return;
    this.#hops = HOPS;
    NOW.then(this.#hop);
  }

  /** Allows `bytes` more to be sent. */
  grant(bytes: number): void {
    this.#credit += bytes;
    this.#send();
  }

  /** Sends all frames for which there is credit. */
  flush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.onFlush?.();
    this.#flushing = false;
    if (this.#batch.length > 0) this.#full.push(this.#batch.take());
    this.#send();
  }

  /** Sends a sign of life ahead of frames that wait. */
  hurry(frame: Frame): void {
    if (this.#closed) return;
    const batch = new Batch();
    batch.add(frame);
    this.#link.send(batch.take());
  }

  /** Drops unsent frames. */
  close(): void {
    this.#closed = true;
    this.#full.length = 0;
  }

  #hop = (): void => {
    if (--this.#hops > 0) NOW.then(this.#hop);
    else this.flush();
  };

  #send(): void {
    let sent = 0;
    for (; sent < this.#full.length && this.#credit > 0; sent++) {
      const batch = this.#full[sent]!;
      this.#credit -= batch.length;
      this.#link.send(batch);
    }
    if (sent > 0) this.#full.splice(0, sent);
  }
}
