/**
 * Size of the blocks that small messages share: a separate buffer costs more
 * than encoding a small message.
 */
const BLOCK = 16 * 1024;
/**
 * A message that may exceed this size is written elsewhere and copied once, so
 * that it does not keep a block alive.
 */
const MAX_SHARED = 4 * 1024;
/**
 * Size of the blocks for copies of medium messages: a tenth of the buffers to
 * collect while 1,000 messages wait for confirms.
 */
const MEDIUM_BLOCK = 128 * 1024;
/** A larger message has a separate buffer. */
const MAX_MEDIUM = 16 * 1024;
/** A larger working buffer is not kept for the next message. */
const MAX_KEPT = 1024 * 1024;

/** Memory that a writer writes to. */
export interface WritingMemory {
  /** Bytes to write to. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** View on all of `bytes`. */
  readonly view: DataView;
  /** Begins a message. Returns its offset in `bytes`. */
  begin(): number;
  /**
   * Replaces `bytes` by others that begin with `written` and have room for
   * `more` bytes.
   */
  grow(written: Uint8Array, more: number): void;
  /** Ends a message and returns its bytes. */
  end(start: number, end: number): Uint8Array<ArrayBuffer>;
}

/** Bytes with a view on all of them. */
interface Block {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
}

/**
 * Memory for messages that callers keep. Bytes that were returned are never
 * written again.
 */
export class MessageMemory implements WritingMemory {
  #block = newBlock(BLOCK);
  /** Number of bytes of the block that belong to callers. */
  #used = 0;
  #large = newBlock(0);
  #medium = new Uint8Array(0);
  /** Number of its bytes that belong to callers. */
  #mediumUsed = 0;
  #current = this.#block;

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#current.bytes;
  }

  get view(): DataView {
    return this.#current.view;
  }

  begin(): number {
    // A caller may have transferred the buffer of an earlier message.
    if (this.#block.bytes.length === 0) this.#nextBlock();
    this.#current = this.#block;
    return this.#used;
  }

  grow(written: Uint8Array, more: number): void {
    const size = written.length + more;
    if (size <= MAX_SHARED) {
      this.#nextBlock();
      this.#current = this.#block;
    } else {
      if (this.#current === this.#large || this.#large.bytes.length < size) {
        this.#large = newBlock(Math.max(BLOCK, 2 * size));
      }
      this.#current = this.#large;
    }
    this.bytes.set(written);
  }

  end(start: number, end: number): Uint8Array<ArrayBuffer> {
    if (this.#current === this.#block) {
      this.#used = end;
      return this.#block.bytes.subarray(start, end);
    }
    const message = end - start > MAX_MEDIUM
      ? this.#large.bytes.slice(start, end)
      : this.#copy(this.#large.bytes.subarray(start, end));
    if (this.#large.bytes.length > MAX_KEPT) this.#large = newBlock(0);
    return message;
  }

  #copy(written: Uint8Array): Uint8Array<ArrayBuffer> {
    // Its length is 0 if a caller has transferred its buffer.
    if (this.#mediumUsed + written.length > this.#medium.length) {
      this.#medium = new Uint8Array(MEDIUM_BLOCK);
      this.#mediumUsed = 0;
    }
    const start = this.#mediumUsed;
    this.#mediumUsed += written.length;
    const message = this.#medium.subarray(start, this.#mediumUsed);
    message.set(written);
    return message;
  }

  #nextBlock(): void {
    this.#block = newBlock(BLOCK);
    this.#used = 0;
  }
}

/**
 * Memory for messages that are copied at once: each message overwrites the one
 * before.
 */
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

  end(start: number, end: number): Uint8Array<ArrayBuffer> {
    const message = this.bytes.subarray(start, end);
    if (this.bytes.length > MAX_KEPT) this.#block = newBlock(BLOCK);
    return message;
  }
}

function newBlock(size: number): Block {
  const bytes = new Uint8Array(size);
  return { bytes, view: new DataView(bytes.buffer) };
}
