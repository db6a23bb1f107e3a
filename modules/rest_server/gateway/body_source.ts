type Bytes = Uint8Array<ArrayBuffer>;

const NOTHING = new Uint8Array(0);

/**
 * Body of a request that is read into buffers of the caller.
 *
 * Without own buffers, each chunk that Deno delivers would take 64 KiB of
 * memory, whatever its length, until the next garbage collection. 1,000 clients
 * that send as fast as they can would take over 100 MB that no budget counts.
 */
export class BodySource {
  readonly #reader:
    | ReadableStreamBYOBReader
    | ReadableStreamDefaultReader<Bytes>;
  /** Rest of a chunk of a stream that allocates its own buffers. */
  #rest: Bytes | undefined;

  /** Locks `body`. */
  constructor(body: ReadableStream<Bytes>) {
    try {
      this.#reader = body.getReader({ mode: "byob" });
    } catch {
      // The body of a node:http request is not a byte stream.
      this.#reader = body.getReader();
    }
  }

  /**
   * Reads into `room`, which is detached. Returns the bytes that were read, in
   * the same memory: none at the end of the body.
   */
  async read(room: Bytes): Promise<Bytes> {
    if (this.#reader instanceof ReadableStreamBYOBReader) {
      return (await this.#reader.read(room)).value ?? room;
    }
    this.#rest ??= (await this.#reader.read()).value;
    const part = this.#rest?.subarray(0, room.length) ?? NOTHING;
    room.set(part);
    this.#rest = part.length < (this.#rest?.length ?? 0)
      ? this.#rest!.subarray(part.length)
      : undefined;
    return room.subarray(0, part.length);
  }

  /** Cuts the connection if the body has not ended. */
  cancel(): void {
    this.#reader.cancel().catch(() => {}); // the stream has ended by itself
  }
}
