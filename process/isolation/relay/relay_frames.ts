/**
 * What a relay tells the host of a guest, on a connection of their own: frames of a kind, a length, and bytes. The other way, after
 * one line that says who is wanted, all goes to the guest as it is. The end of what the host says is the end of the guest.
 */
export const FROM_RELAY = {
  /** The guest's process has been started. */
  started: 0,
  /** It hasn't: text, why. The last frame. */
  refused: 1,
  /** What the guest sends: bytes. */
  data: 2,
  /** What it writes beside that: text, a line. */
  output: 3,
  /** It has ended: text, how. The last frame. */
  ended: 4,
} as const;

const HEAD = 5;
const MOST_BYTES = 256 * 1024;
const TEXT = new TextEncoder();

/** What frames are written to. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<number>;
}

/** What frames are read from. */
export interface ByteSource {
  read(into: Uint8Array): Promise<number | null>;
}

/** Writes all of it. */
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

  /** Whoever made the sink closes it. */
  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** Resolves when all of it has been taken. Rejects, as all that follow do, when nobody takes any more. */
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

  /** Whoever made the source closes it. */
  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** The next frame; null at the end. */
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
