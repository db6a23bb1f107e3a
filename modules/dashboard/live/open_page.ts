import type { Tail } from "./tail.ts";

const TEXT = new TextEncoder();

/**
 * Stream of one page. It holds at most one state and one batch: a page that
 * does not read costs no more, and publishers do not notice it.
 */
export class OpenPage {
  /** Events for the browser. */
  readonly stream: ReadableStream<Uint8Array>;
  readonly #tail: Tail | undefined;
  readonly #onClosed: () => void;
  #state: Uint8Array | undefined;
  #wake: (() => void) | undefined;
  #taking: Promise<void> | undefined;
  #batch: Uint8Array | undefined;
  #closed = false;

  /** `onClosed` is called once, when the page has gone. */
  constructor(tail: Tail | undefined, onClosed: () => void) {
    this.#tail = tail;
    this.#onClosed = onClosed;
    this.stream = new ReadableStream({
      pull: (controller) => this.#pull(controller),
      cancel: () => this.close(),
    }, { highWaterMark: 0 });
  }

  /** Replaces the state that waits to be sent. */
  offer(state: Uint8Array): void {
    this.#state = state;
    this.#wake?.();
  }

  /** Takes messages of the tail if the page has read those before. */
  takeTail(): void {
    if (!this.#tail || this.#batch || this.#taking || this.#closed) return;
    this.#taking = this.#tail.take().then((batch) => {
      this.#taking = undefined;
      if (batch === undefined) return;
      this.#batch = eventBytes("tail", batch);
      this.#wake?.();
    });
  }

  /** Ends the stream. Harmless twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#tail?.close().catch(() => {}); // the bus may be closed already
    this.#onClosed();
    this.#wake?.();
  }

  async #pull(
    controller: ReadableStreamDefaultController<Uint8Array>,
  ): Promise<void> {
    while (!this.#state && !this.#batch && !this.#closed) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    this.#wake = undefined;
    if (this.#closed) {
      try {
        controller.close();
      } catch {
        // the page has canceled the stream
      }
      return;
    }
    const next = this.#state ?? this.#batch!;
    if (this.#state) this.#state = undefined;
    else this.#batch = undefined;
    controller.enqueue(next.slice()); // all pages share the bytes
  }
}

/** Returns an event of the stream. */
export function eventBytes(name: string, data: unknown): Uint8Array {
  return TEXT.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}
