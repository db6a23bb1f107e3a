import { Batch } from "./batch.ts";
import type { Frame } from "./frames.ts";
import type { Link } from "./link.ts";

/** Turns of microtasks that a batch waits for more: what one batch from the other side brings about goes back as one. */
const HOPS = 6;

const NOW = Promise.resolve();

/** Frames for the other side, sent together. */
export class Outbox {
  /** Called before a batch goes out, to add what is told once for each. */
  onFlush: (() => void) | undefined;
  readonly #link: Link;
  readonly #batch = new Batch();
  readonly #full: Uint8Array<ArrayBuffer>[] = [];
  #credit: number;
  #hops = 0;
  #flushing = false;
  #closed = false;

  /** `credit` are the bytes that may be sent until more is granted. */
  constructor(link: Link, credit: number = Infinity) {
    this.#link = link;
    this.#credit = credit;
  }

  /** Adds a frame, as {@linkcode Batch.add} does. */
  add(frame: Frame, messageSize?: number): number {
    if (this.#closed) return 0;
    const bytes = this.#batch.add(frame, messageSize);
    if (this.#batch.full) this.flush();
    else this.touch();
    return bytes;
  }

  /** Sees to it that `onFlush` is called soon. */
  touch(): void {
    if (this.#hops > 0) return;
    this.#hops = HOPS;
    NOW.then(this.#hop);
  }

  /** More may be sent. */
  grant(bytes: number): void {
    this.#credit += bytes;
    this.#send();
  }

  /** Sends what there is, as far as there is credit for it. */
  flush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.onFlush?.();
    this.#flushing = false;
    if (this.#batch.length > 0) this.#full.push(this.#batch.take());
    this.#send();
  }

  /** Sends a frame ahead of what has to wait: a sign of life. */
  hurry(frame: Frame): void {
    if (this.#closed) return;
    const batch = new Batch();
    batch.add(frame);
    this.#link.send(batch.take());
  }

  /** Forgets what wasn't sent. */
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
