import { BatchCutter, withLength } from "./batch_cutter.ts";
import type { Link } from "./link.ts";

/** The two ends of a {@linkcode PipeLink}. */
export interface Pipes {
  /** Gives what came in, at most a buffer of it; null at the end. */
  read(): Promise<Uint8Array | null>;
  /** Writes all of it. Called one at a time. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void> | void;
  /** Lets go of both. */
  close(): void;
}

/** A link by the pipes of a process. */
export class PipeLink implements Link {
  readonly #pipes: Pipes;
  readonly #cutter: BatchCutter;
  #writing: Promise<void> | undefined;
  #backlog = 0;
  #closed = false;

  /** Reads when somebody listens; a batch of more than `mostBytes` isn't taken in. */
  constructor(pipes: Pipes, mostBytes: number) {
    this.#pipes = pipes;
    this.#cutter = new BatchCutter(mostBytes);
  }

  get backlog(): number {
    return this.#backlog;
  }

  send(batch: Uint8Array<ArrayBuffer>): void {
    if (this.#closed) return;
    const bytes = withLength(batch);
    this.#backlog += bytes.length;
    this.#writing = this.#writing
      ? this.#writing.then(() => this.#write(bytes))
      : this.#writeFirst(bytes);
  }

  listen(
    receive: (batch: Uint8Array) => void,
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
  }

  /** A pipe that takes all at once gives no promise, then or ever. */
  #writeFirst(bytes: Uint8Array<ArrayBuffer>): Promise<void> | undefined {
    const taken = () => void (this.#backlog -= bytes.length);
    const writing = this.#pipes.write(bytes);
    if (writing) return writing.then(taken, taken); // see #write
    taken();
    return undefined;
  }

  async #write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#closed) return;
    try {
      await this.#pipes.write(bytes);
    } catch {
      // The other side is gone; whoever reads finds out, too.
    } finally {
      this.#backlog -= bytes.length;
    }
  }

  async #read(receive: (batch: Uint8Array) => void): Promise<void> {
    for (;;) {
      const piece = await this.#pipes.read();
      if (piece === null || this.#closed) return;
      this.#cutter.push(piece, (batch) => this.#closed || receive(batch));
    }
  }
}
