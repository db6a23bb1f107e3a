import { violation } from "./read_frames.ts";

/** Bytes in front of each batch that tell its length. */
const HEAD = 4;

/** A batch as it goes through a pipe: after its length, 32 bits. */
export function withLength(
  batch: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD + batch.length);
  new DataView(bytes.buffer).setUint32(0, batch.length);
  bytes.set(batch, HEAD);
  return bytes;
}

/** Cuts what comes through a pipe, in pieces of any size, into batches again. */
export class BatchCutter {
  readonly #mostBytes: number;
  readonly #head = new Uint8Array(HEAD);
  #headLength = 0;
  #body: Uint8Array | undefined;
  #filled = 0;

  /** A batch of more than `mostBytes` is a `PROTOCOL_VIOLATION`. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Takes a piece in, and calls `receive` with each batch that is whole. They are to be read before it returns. */
  push(piece: Uint8Array, receive: (batch: Uint8Array) => void): void {
    let rest = piece;
    while (rest.length > 0) {
      if (this.#body) {
        rest = this.#fill(this.#body, rest, receive);
        continue;
      }
      rest = this.#fillHead(rest);
      if (this.#headLength < HEAD) return;
      const length = this.#length();
      this.#headLength = 0;
      if (rest.length >= length) {
        receive(rest.subarray(0, length));
        rest = rest.subarray(length);
      } else {
        this.#body = new Uint8Array(length);
        this.#filled = 0;
      }
    }
  }

  #fillHead(piece: Uint8Array): Uint8Array {
    const taken = piece.subarray(0, HEAD - this.#headLength);
    this.#head.set(taken, this.#headLength);
    this.#headLength += taken.length;
    return piece.subarray(taken.length);
  }

  #fill(
    body: Uint8Array,
    piece: Uint8Array,
    receive: (batch: Uint8Array) => void,
  ): Uint8Array {
    const taken = piece.subarray(0, body.length - this.#filled);
    body.set(taken, this.#filled);
    this.#filled += taken.length;
    if (this.#filled === body.length) {
      this.#body = undefined;
      receive(body);
    }
    return piece.subarray(taken.length);
  }

  #length(): number {
    const length = new DataView(this.#head.buffer).getUint32(0);
    if (length <= this.#mostBytes) return length;
    throw violation(`a batch of ${length} bytes`);
  }
}
