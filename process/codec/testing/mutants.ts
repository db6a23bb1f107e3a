/** First bytes of items: heads, breaks, floats, tags, and adjacent values. */
const HEADS = [
  ...[0x00, 0x17, 0x18, 0x1b, 0x1c, 0x1f, 0x20, 0x3b, 0x40, 0x58, 0x5b, 0x5f],
  ...[0x60, 0x61, 0x78, 0x7b, 0x7f, 0x80, 0x9b, 0x9f, 0xa0, 0xa1, 0xbb, 0xbf],
  ...[0xc0, 0xdb, 0xe0, 0xf4, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfe, 0xff],
];

/** Random and damaged inputs, the same for the same seed. */
export class Mutants {
  readonly #vectors: readonly Uint8Array[];
  #state: number;

  /** `vectors` are what it damages. */
  constructor(vectors: readonly Uint8Array[], seed: number) {
    this.#vectors = vectors;
    this.#state = seed;
  }

  /** The next input. */
  next(): Uint8Array<ArrayBuffer> {
    if (this.#below(8) === 0) return this.#noise();
    let bytes = [...this.#vector()];
    for (let i = this.#below(4); i >= 0; i--) bytes = this.#damaged(bytes);
    return Uint8Array.from(bytes.slice(0, 4096));
  }

  #noise(): Uint8Array<ArrayBuffer> {
    const bytes = Array.from({ length: this.#below(64) }, () => this.#byte());
    return Uint8Array.from(bytes);
  }

  #damaged(bytes: number[]): number[] {
    const at = this.#below(bytes.length + 1);
    const until = at + this.#below(bytes.length - at + 1);
    switch (this.#below(7)) {
      case 0:
        return bytes.toSpliced(at, 1, this.#byte());
      case 1:
        return bytes.toSpliced(at, 0, this.#byte());
      case 2:
        return bytes.toSpliced(at, 1 + this.#below(3));
      case 3:
        return bytes.slice(0, at);
      case 4:
        return bytes.toSpliced(at, 0, ...bytes.slice(at, until));
      case 5:
        return bytes.toSpliced(at, until - at, ...this.#vector());
      default:
        return bytes.map((byte, i) =>
          i === at ? byte ^ 1 << this.#below(8) : byte
        );
    }
  }

  #vector(): Uint8Array {
    return this.#vectors[this.#below(this.#vectors.length)]!;
  }

  #byte(): number {
    return this.#below(2) === 0
      ? HEADS[this.#below(HEADS.length)]!
      : this.#below(256);
  }

  /** mulberry32: small, fast, good enough. */
  #below(limit: number): number {
    this.#state = this.#state + 0x6d2b79f5 | 0;
    let t = Math.imul(this.#state ^ this.#state >>> 15, 1 | this.#state);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) % limit;
  }
}
