/**
 * Kinds of frames that a relay sends to the host of a guest: a kind, a length,
 * and bytes. In the other direction, the host sends one line that names the
 * guest, and then bytes for the guest. The guest ends when the host closes the
 * connection.
 */
export const FROM_RELAY = {
  /** The guest's process has been started. The name of its jail as text. */
  started: 0,
  /** The guest was refused, with the reason as text. The last frame. */
  refused: 1,
  /** Bytes that the guest sends. */
  data: 2,
  /** A line of its standard error. */
  output: 3,
  /** The guest has ended, with the reason as text. The last frame. */
  ended: 4,
  /** A warning of the relay: text. It may come before `started`. */
  warning: 5,
  /** A piece of the loader of a worker. */
  loader: 6,
  /** A piece of the sealed graph of a worker. */
  graph: 7,
  /** The code of a worker is complete. The last frame. */
  sealed: 8,
} as const;

const HEAD = 5;
const MOST_BYTES = 256 * 1024;
const TEXT = new TextEncoder();

/** Sink of frames. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<number>;
}

/** Source of frames. */
export interface ByteSource {
  read(into: Uint8Array): Promise<number | null>;
}

/** Writes all bytes. */
export async function writeAll(
  sink: ByteSink,
  bytes: Uint8Array,
): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await sink.write(bytes.subarray(at));
  }
}

/** Writes frames, one after the other. */
export class RelayWriter {
  readonly #sink: ByteSink;
  #last = Promise.resolve();

  /** The caller closes `sink`. */
  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /**
   * Writes a frame. Resolves when the sink has taken all bytes. After a failure
   * of the sink, this call and all later ones reject.
   */
  write(kind: number, payload: Uint8Array | string): Promise<void> {
    const bytes = typeof payload === "string" ? TEXT.encode(payload) : payload;
    return this.#last = this.#last.then(() => this.#write(kind, bytes));
  }

  async #write(kind: number, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at === 0 || at < bytes.length; at += MOST_BYTES) {
      const piece = bytes.subarray(at, at + MOST_BYTES);
      const frame = new Uint8Array(HEAD + piece.length);
      frame[0] = kind;
      new DataView(frame.buffer).setUint32(1, piece.length);
      frame.set(piece, HEAD);
      await writeAll(this.#sink, frame);
    }
  }
}

/** A frame; its bytes hold until the next one is read. */
export interface RelayFrame {
  readonly kind: number;
  readonly bytes: Uint8Array;
}

/** Reads frames. */
export class RelayReader {
  readonly #source: ByteSource;
  readonly #buffer = new Uint8Array(HEAD + MOST_BYTES);
  #start = 0;
  #end = 0;

  /** The caller closes `source`. */
  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Returns the next frame, or null at the end. */
  async next(): Promise<RelayFrame | null> {
    if (!await this.#have(HEAD)) return null;
    const kind = this.#buffer[this.#start]!;
    const length = new DataView(this.#buffer.buffer, this.#start).getUint32(1);
    if (!await this.#have(HEAD + length)) return null;
    const from = this.#start + HEAD;
    this.#start = from + length;
    return { kind, bytes: this.#buffer.subarray(from, this.#start) };
  }

  async #have(wanted: number): Promise<boolean> {
    while (this.#end - this.#start < wanted) {
      if (this.#start > 0) this.#shift();
      const into = this.#buffer.subarray(this.#end);
      const length = await this.#source.read(into);
      if (length === null) return false;
      this.#end += length;
    }
    return true;
  }

  #shift(): void {
    this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
  }
}
