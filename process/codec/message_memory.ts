/** Small messages are cut from blocks of this size: a buffer of its own costs more than all the rest of a small one. */
const BLOCK = 16 * 1024;
/** A message that may need more is written aside and copied once, so that it doesn't hold on to a block. */
const MOST_SHARED = 4 * 1024;
/** Where a message of middle size is copied to: a tenth of the buffers for the
 * collector, where a thousand wait for their confirm. */
const MIDDLE_BLOCK = 128 * 1024;
/** A larger one has a buffer of its own. */
const MOST_MIDDLE = 16 * 1024;
/** What was larger is not kept for the next message. */
const MOST_KEPT = 1024 * 1024;

/** Where a writer writes. */
export interface WritingMemory {
  /** Where to write. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same for numbers. */
  readonly view: DataView;
  /** Begins a message, and says at which of `bytes`. */
  begin(): number;
  /** Goes on from the start of other `bytes`, with what is `written` and room for `more`. */
  grow(written: Uint8Array, more: number): void;
  /** Hands out a message. */
  end(start: number, end: number): Uint8Array<ArrayBuffer>;
}

/** Bytes, and a view on all of them. */
interface Block {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
}

/** Where messages are written, one after the other. What was handed out is never written again. */
export class MessageMemory implements WritingMemory {
  #block = newBlock(BLOCK);
  /** Up to where the block is handed out. */
  #used = 0;
  #aside = newBlock(0);
  #middle = new Uint8Array(0);
  /** Up to where that is handed out. */
  #middleUsed = 0;
  #current = this.#block;

  /** Where to write. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#current.bytes;
  }

  /** The same for numbers. */
  get view(): DataView {
    return this.#current.view;
  }

  /** Begins a message, and says at which of `bytes`. */
  begin(): number {
    // A caller may have transferred the buffer that its message lay in.
    if (this.#block.bytes.length === 0) this.#nextBlock();
    this.#current = this.#block;
    return this.#used;
  }

  /** Goes on from the start of other `bytes`, with what is `written` and room for `more`. */
  grow(written: Uint8Array, more: number): void {
    const size = written.length + more;
    if (size <= MOST_SHARED) {
      this.#nextBlock();
      this.#current = this.#block;
    } else {
      if (this.#current === this.#aside || this.#aside.bytes.length < size) {
        this.#aside = newBlock(Math.max(BLOCK, 2 * size));
      }
      this.#current = this.#aside;
    }
    this.bytes.set(written);
  }

  /** Hands out a message. */
  end(start: number, end: number): Uint8Array<ArrayBuffer> {
    if (this.#current === this.#block) {
      this.#used = end;
      return this.#block.bytes.subarray(start, end);
    }
    const message = end - start > MOST_MIDDLE
      ? this.#aside.bytes.slice(start, end)
      : this.#copy(this.#aside.bytes.subarray(start, end));
    if (this.#aside.bytes.length > MOST_KEPT) this.#aside = newBlock(0);
    return message;
  }

  #copy(written: Uint8Array): Uint8Array<ArrayBuffer> {
    // It has no room either where a caller has transferred its buffer.
    if (this.#middleUsed + written.length > this.#middle.length) {
      this.#middle = new Uint8Array(MIDDLE_BLOCK);
      this.#middleUsed = 0;
    }
    const start = this.#middleUsed;
    this.#middleUsed += written.length;
    const message = this.#middle.subarray(start, this.#middleUsed);
    message.set(written);
    return message;
  }

  #nextBlock(): void {
    this.#block = newBlock(BLOCK);
    this.#used = 0;
  }
}

/** Where messages are written that are copied at once: each over the one before. */
export class ScratchMemory implements WritingMemory {
  #block = newBlock(BLOCK);

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#block.bytes;
  }

  get view(): DataView {
    return this.#block.view;
  }

  begin(): number {
    return 0;
  }

  grow(written: Uint8Array, more: number): void {
    this.#block = newBlock(2 * (written.length + more));
    this.bytes.set(written);
  }

  /** It is overwritten by the next one. */
  end(start: number, end: number): Uint8Array<ArrayBuffer> {
    const message = this.bytes.subarray(start, end);
    if (this.bytes.length > MOST_KEPT) this.#block = newBlock(BLOCK);
    return message;
  }
}

function newBlock(size: number): Block {
  const bytes = new Uint8Array(size);
  return { bytes, view: new DataView(bytes.buffer) };
}
