import { Buffer } from "node:buffer";

/**
 * Size of a block of memory, in bytes. A body that is kept for long also keeps
 * the whole block that it is in.
 */
const BLOCK = 128 * 1024;
/**
 * Maximum size of a body in a block, in bytes. A larger body gets its own
 * memory.
 */
const MOST_SHARED = 16 * 1024;
/**
 * Maximum number of idle blocks. Without a maximum, the memory of a burst would
 * never be freed.
 */
const MOST_IDLE = 64;

/**
 * Keeps bodies until they are released, in memory that is then used again.
 * Without it, a body of 10 KiB that is kept until its confirm costs the
 * collector 3 of the 38 µs that its message takes in all.
 */
export class Bodies {
  readonly #idle: Block[] = [];
  #current = this.#nextBlock();

  /** Copies the bytes of a body. */
  keep(written: Uint8Array): Body {
    if (written.length > MOST_SHARED) return new Body(written.slice());
    if (!this.#current.hasRoom(written.length)) {
      this.#current = this.#nextBlock();
    }
    return this.#current.keep(written);
  }

  #nextBlock(): Block {
    return this.#idle.pop() ?? new Block((block) => {
      if (block === this.#current || this.#idle.length === MOST_IDLE) return;
      this.#idle.push(block);
    });
  }
}

/** The bytes of one message, until they are released. */
export class Body {
  /** Number of bytes. */
  readonly size: number;
  #bytes: Buffer | undefined;
  #block: Block | undefined;

  /**
   * Takes memory that is no longer written to, or a part of `block`. The block
   * is used again only after this body is released.
   */
  constructor(bytes: Uint8Array, block?: Block) {
    this.size = bytes.length;
    this.#bytes = asBuffer(bytes);
    this.#block = block;
  }

  /**
   * Bytes of the body. Throws once they are released, because their memory may
   * then hold another message.
   */
  get bytes(): Buffer {
    if (this.#bytes === undefined) {
      // as a method of a detached ArrayBuffer does
      throw new TypeError("Cannot read the body: it was released");
    }
    return this.#bytes;
  }

  /** Releases the bytes. A second call has no effect. */
  release(): void {
    const block = this.#block;
    this.#bytes = this.#block = undefined;
    block?.release();
  }
}

/** Memory that many bodies share, one after the other. */
class Block {
  readonly #bytes = Buffer.allocUnsafeSlow(BLOCK);
  readonly #free: (block: Block) => void;
  /** Number of bytes that are given to bodies. */
  #used = 0;
  /** Number of bodies that are not released. */
  #kept = 0;

  /** Calls `free` when all its bodies are released, and the block is empty. */
  constructor(free: (block: Block) => void) {
    this.#free = free;
  }

  hasRoom(size: number): boolean {
    return this.#used + size <= BLOCK;
  }

  keep(written: Uint8Array): Body {
    const start = this.#used;
    this.#bytes.set(written, start);
    this.#used += written.length;
    this.#kept++;
    return new Body(this.#bytes.subarray(start, this.#used), this);
  }

  release(): void {
    if (--this.#kept > 0) return;
    this.#used = 0;
    this.#free(this);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
