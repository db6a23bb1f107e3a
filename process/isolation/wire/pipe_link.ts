import { MAX_BACKLOG } from "./budgets.ts";
import type { Link } from "./link.ts";
import { violation } from "./protocol_errors.ts";
import { HEAD, WaitingBatches, withLength } from "./waiting_batches.ts";

/** Splits the pieces received through a pipe into batches. */
export class BatchCutter {
  readonly #mostBytes: number;
  readonly #head = new Uint8Array(HEAD);
  #headLength = 0;
  #body: Uint8Array | undefined;
  /** Memory of earlier bodies, used again: a flood would leave much garbage. */
  #memory = new Uint8Array(0);
  #filled = 0;
  #rest: Uint8Array | undefined;

  /**
   * A batch that is empty or has more than `mostBytes` is a
   * `PROTOCOL_VIOLATION`.
   */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /**
   * Takes a piece. Call `next` until it returns undefined before the next
   * `push`.
   */
  push(piece: Uint8Array): void {
    this.#rest = piece;
  }

  /**
   * Returns the next whole batch, or undefined if a further piece is needed.
   * The batch is valid until the next `push`.
   */
  next(): Uint8Array | undefined {
    const rest = this.#rest;
    if (rest === undefined || rest.length === 0) return undefined;
    if (this.#body) return this.#fill(this.#body, rest);
    const body = this.#fillHead(rest);
    if (this.#headLength < HEAD) return undefined;
    const length = this.#length();
    this.#headLength = 0;
    if (body.length >= length) {
      this.#rest = body.subarray(length);
      return body.subarray(0, length);
    }
    if (this.#memory.length < length) this.#memory = new Uint8Array(length);
    this.#body = this.#memory.subarray(0, length);
    this.#filled = 0;
    return this.#fill(this.#body, body);
  }

  #fillHead(piece: Uint8Array): Uint8Array {
    const taken = piece.subarray(0, HEAD - this.#headLength);
    this.#head.set(taken, this.#headLength);
    this.#headLength += taken.length;
    return this.#rest = piece.subarray(taken.length);
  }

  #fill(body: Uint8Array, piece: Uint8Array): Uint8Array | undefined {
    const taken = piece.subarray(0, body.length - this.#filled);
    body.set(taken, this.#filled);
    this.#filled += taken.length;
    this.#rest = piece.subarray(taken.length);
    if (this.#filled < body.length) return undefined;
    this.#body = undefined;
    return body;
  }

  #length(): number {
    const length = new DataView(this.#head.buffer).getUint32(0);
    if (length > 0 && length <= this.#mostBytes) return length;
    throw violation(`a batch of ${length} bytes`);
  }
}

/** Pipes to and from a process. */
export interface Pipes {
  /**
   * Returns the next bytes, or null at the end. The bytes are valid until the
   * next call.
   */
  read(): Promise<Uint8Array | null>;
  /** Writes all bytes. Only one call runs at a time. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void> | void;
  /** Releases both pipes. */
  close(): void;
}

/** A link over the pipes of a process. */
export class PipeLink implements Link {
  readonly #pipes: Pipes;
  readonly #cutter: BatchCutter;
  readonly #waiting = new WaitingBatches();
  #isWriting = false;
  #backlog = 0;
  #room: PromiseWithResolvers<void> | undefined;
  #closed = false;

  /**
   * Reads once `listen` is called. A batch of more than `mostBytes` ends the
   * link.
   */
  constructor(pipes: Pipes, mostBytes: number) {
    this.#pipes = pipes;
    this.#cutter = new BatchCutter(mostBytes);
  }

  get backlog(): number {
    return this.#backlog;
  }

  room(): Promise<void> | undefined {
    if (this.#backlog <= MAX_BACKLOG || this.#closed) return undefined;
    return (this.#room ??= Promise.withResolvers<void>()).promise;
  }

  send(batch: Uint8Array<ArrayBuffer>): void {
    if (this.#closed) return;
    this.#backlog += HEAD + batch.length;
    if (this.#isWriting) return this.#waiting.push(batch);
    const bytes = withLength(batch);
    // A pipe that takes all bytes at once never returns a promise.
    const writing = this.#pipes.write(bytes);
    if (writing) this.#writeWaiting(bytes, writing);
    else this.#taken(bytes);
  }

  listen(
    receive: (batch: Uint8Array) => Promise<void> | void,
    ended: (error?: unknown) => void,
  ): void {
    const end = (error?: unknown) => {
      if (this.#closed) return;
      this.close();
      ended(error);
    };
    this.#read(receive).then(() => end(), end);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#pipes.close();
    this.#room?.resolve();
  }

  /** Writes the batches that come until `writing` ends, and further ones. */
  async #writeWaiting(
    first: Uint8Array<ArrayBuffer>,
    writing: Promise<void>,
  ): Promise<void> {
    this.#isWriting = true;
    await this.#finishWrite(first, writing);
    for (let pieces; (pieces = this.#waiting.take()).length > 0;) {
      for (const piece of pieces) {
        if (this.#closed) return;
        await this.#finishWrite(piece, this.#pipes.write(piece));
      }
    }
    this.#isWriting = false;
  }

  async #finishWrite(
    bytes: Uint8Array,
    writing: Promise<void> | void,
  ): Promise<void> {
    try {
      await writing;
    } catch {
      // The other side has ended, which the reader detects, too.
    } finally {
      this.#taken(bytes);
    }
  }

  #taken({ length }: Uint8Array): void {
    this.#backlog -= length;
    if (this.#room === undefined || this.#backlog > MAX_BACKLOG) return;
    this.#room.resolve();
    this.#room = undefined;
  }

  async #read(
    receive: (batch: Uint8Array) => Promise<void> | void,
  ): Promise<void> {
    for (;;) {
      const piece = await this.#pipes.read();
      if (piece === null || this.#closed) return;
      this.#cutter.push(piece);
      for (let batch; (batch = this.#cutter.next());) {
        if (this.#closed) return;
        const wait = receive(batch);
        if (wait) await wait;
      }
    }
  }
}
