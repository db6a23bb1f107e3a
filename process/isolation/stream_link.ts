import type { Link } from "./link.ts";
import { violation } from "./read_frames.ts";

/** Bytes in front of each batch that tell its length. */
const HEAD = 4;

/** What a {@linkcode StreamLink} reads and writes. */
export interface StreamLinkOptions {
  /** What comes in. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Writes all of it, in order. */
  readonly write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void> | void;
  /** A longer batch isn't taken in. */
  readonly mostBytes: number;
  /** Called when nothing is to be written any more. */
  readonly end?: () => void;
}

/** A link by streams of bytes, such as the pipes of a process: each batch after its length, 32 bits. */
export class StreamLink implements Link {
  readonly #options: StreamLinkOptions;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #closed = false;

  /** Reads when somebody listens. */
  constructor(options: StreamLinkOptions) {
    this.#options = options;
    this.#reader = options.readable.getReader();
  }

  send(batch: Uint8Array<ArrayBuffer>): void {
    if (this.#closed) return;
    const bytes = new Uint8Array(HEAD + batch.length);
    new DataView(bytes.buffer).setUint32(0, batch.length);
    bytes.set(batch, HEAD);
    // Who doesn't read any more is found out by reading, or by its silence.
    this.#options.write(bytes)?.catch(() => {});
  }

  listen(
    receive: (batch: Uint8Array) => void,
    ended: (error?: unknown) => void,
  ): void {
    this.#read(receive).then(
      () => this.#closed || ended(),
      (error) => this.#closed || ended(error),
    );
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reader.cancel().catch(() => {}); // it may have ended by itself
    this.#options.end?.();
  }

  async #read(receive: (batch: Uint8Array) => void): Promise<void> {
    let bytes: Uint8Array = new Uint8Array(0);
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done || this.#closed) return;
      bytes = bytes.length === 0 ? value : joined(bytes, value);
      let at = 0;
      for (let end = this.#endOf(bytes, at); end <= bytes.length;) {
        receive(bytes.subarray(at + HEAD, end));
        if (this.#closed) return;
        at = end;
        end = this.#endOf(bytes, at);
      }
      if (at > 0) bytes = bytes.subarray(at);
      bytes = await this.#rest(bytes);
      if (bytes.length === 0) continue;
      if (this.#endOf(bytes, 0) > bytes.length) continue;
      receive(bytes.subarray(HEAD));
      bytes = new Uint8Array(0);
    }
  }

  /** A long batch comes in many pieces: they are joined once. */
  async #rest(begun: Uint8Array): Promise<Uint8Array> {
    if (begun.length < HEAD) return begun;
    const size = this.#endOf(begun, 0);
    if (size <= begun.length) return begun;
    const whole = new Uint8Array(size);
    whole.set(begun);
    let at = begun.length;
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done || this.#closed) return new Uint8Array(0);
      if (at + value.length > size) {
        const both = joined(whole.subarray(0, at), value);
        return both;
      }
      whole.set(value, at);
      at += value.length;
      if (at === size) return whole;
    }
  }

  #endOf(bytes: Uint8Array, at: number): number {
    if (bytes.length - at < HEAD) return Infinity;
    const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(
      0,
    );
    if (length <= this.#options.mostBytes) return at + HEAD + length;
    throw violation(`a batch of ${length} bytes`);
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
