/** Bytes in front of each batch that hold its length. */
export const HEAD = 4;
/** Size of the memory for small batches, in bytes. */
const PIECE = 4096;

/** Returns a batch as it goes through a pipe: after its length, in 32 bits. */
export function withLength(batch: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD + batch.length);
  writeBatch(bytes, 0, batch);
  return bytes;
}

function writeBatch(to: Uint8Array, at: number, batch: Uint8Array): void {
  new DataView(to.buffer).setUint32(at, batch.length);
  to.set(batch, at + HEAD);
}

/**
 * Batches that wait until a pipe takes them, with their lengths. Small batches
 * share a piece of memory: a separate one would take 50 times the size of a
 * batch, and one write each.
 */
export class WaitingBatches {
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #last: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #lastLength = 0;

  /** Adds a batch. */
  push(batch: Uint8Array): void {
    const wanted = this.#lastLength + HEAD + batch.length;
    if (wanted > this.#last.length) return this.#pushPiece(batch);
    writeBatch(this.#last, this.#lastLength, batch);
    this.#lastLength = wanted;
  }

  /** Removes and returns all bytes, as pieces in order. */
  take(): Uint8Array<ArrayBuffer>[] {
    this.#endPiece();
    const taken = this.#pieces;
    this.#pieces = [];
    return taken;
  }

  #pushPiece(batch: Uint8Array): void {
    this.#endPiece();
    this.#lastLength = HEAD + batch.length;
    this.#last = new Uint8Array(Math.max(PIECE, this.#lastLength));
    writeBatch(this.#last, 0, batch);
  }

  #endPiece(): void {
    if (this.#lastLength === 0) return;
    this.#pieces.push(this.#last.subarray(0, this.#lastLength));
    this.#last = new Uint8Array(0);
    this.#lastLength = 0;
  }
}
