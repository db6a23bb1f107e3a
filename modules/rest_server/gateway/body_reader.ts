import type { Deadline, Deadlines } from "@caryatid/sdk/bus";
import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import { problem } from "../problem.ts";
import { unavailable } from "./bus_problem.ts";
import { BodySource } from "./body_source.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import { cutAfterAnswer, discardRest } from "./unread_body.ts";

/** Limits of request bodies. */
export interface BodyLimits {
  /** Largest body, in bytes. */
  readonly maxSize: number;
  /** Time for a whole body, in milliseconds. */
  readonly timeout: number;
  /** Minimum rate of a body in bytes per second, measured over 5 s. */
  readonly minRate: number;
  /** Maximum number of bodies that are read at the same time. */
  readonly maxUploads: number;
  readonly budget: MemoryBudget;
  readonly deadlines: Deadlines;
}

const NOTHING = new Uint8Array(0);
/** Time over which the rate of a client is measured, in milliseconds. */
const RATE_TIME = 5_000;

/** Largest buffer of a body that is read, in bytes. */
const PIECE = 65_536;
/** Buffer in which the end of a body is read, in bytes. */
const PROBE = 1_024;
/**
 * Smallest room for a read, in bytes. Deno never completes a read of a chunked
 * body into fewer than 5 bytes.
 */
const LEAST_ROOM = 16;
/**
 * Reads between two turns of the event loop. Reads that find data leave it no
 * turn, so clients that send tiny chunks would stop the server.
 */
const READS_PER_TURN = 32;
/**
 * Bytes of a body that count twice, because the read buffer of the connection
 * grows with the received data.
 */
const READ_AHEAD = 262_144;

/**
 * Reads request bodies within their limits.
 *
 * Not by `hono/body-limit`, which trusts `Content-Length`, limits neither time,
 * rate nor a common budget, and copies the request.
 */
export class BodyReader {
  readonly #limits: BodyLimits;
  #uploads = 0;

  /** Creates a reader with these limits. */
  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  /**
   * Reads a body to its end. Its bytes count in the budget until the caller
   * releases them. `length` is the Content-Length of the client.
   *
   * Rejects with a {@linkcode Problem}: 413 for a body that is too long, at
   * once if its Content-Length is too large; 408 for a body that is too slow;
   * 400 for a body that ends early; 503 if too many bodies are being read, or
   * the budget is used up.
   */
  async read(
    request: Request,
    length: number | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { maxSize, maxUploads } = this.#limits;
    if (length !== undefined && length > maxSize) throw this.#tooLarge();
    if (request.body === null) return NOTHING;
    if (this.#uploads >= maxUploads) {
      throw unavailable(new Error(`${maxUploads} bodies are read already`));
    }
    this.#uploads++;
    try {
      return await this.#readAll(new BodySource(request.body), length);
    } finally {
      this.#uploads--;
    }
  }

  #readAll(
    source: BodySource,
    length: number | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return new Promise((resolve, reject) => {
      const { budget, maxSize } = this.#limits;
      const pieces = new Pieces(length);
      let isRefused = false;
      const refuse = (reason: unknown) => {
        isRefused = true;
        budget.give(pieces.held);
        pieces.drop(); // the rest may arrive later
        pace.end();
        reject(reason);
      };
      const pace = new Pace(this.#limits, () => pieces.size, (late) => {
        refuse(problem(408, late));
        cutAfterAnswer(source);
      });
      const read = async () => {
        for (let reads = 1;; reads++) {
          if (reads % READS_PER_TURN === 0) await yieldToEventLoop();
          if (isRefused) return;
          // Counted before it is read.
          if (!budget.take(pieces.wanted)) {
            refuse(unavailable(new Error("max-buffered is used up")));
            return await discardRest(source);
          }
          const bytes = await source.read(pieces.room());
          if (isRefused) return;
          pieces.add(bytes);
          if (bytes.length === 0) break;
          if (pieces.size > maxSize) {
            refuse(this.#tooLarge());
            return await discardRest(source);
          }
        }
        pace.end();
        budget.give(pieces.held - pieces.size);
        resolve(pieces.joined());
      };
      read().catch((cause) => {
        if (!isRefused) refuse(problem(400, "the body ended early", { cause }));
      });
    });
  }

  #tooLarge(): unknown {
    return problem(413, `the body may have ${this.#limits.maxSize} bytes`);
  }
}

/** Checks the time and rate of one body. */
class Pace {
  readonly #limits: BodyLimits;
  readonly #size: () => number;
  readonly #onLate: (found: string) => void;
  #deadline: Deadline;
  #left: number;
  #counted = 0;

  constructor(
    limits: BodyLimits,
    size: () => number,
    onLate: (found: string) => void,
  ) {
    this.#limits = limits;
    this.#size = size;
    this.#onLate = onLate;
    this.#left = limits.timeout;
    this.#deadline = this.#next();
  }

  end(): void {
    this.#deadline.cancel();
  }

  #next(): Deadline {
    const wait = Math.min(RATE_TIME, this.#left);
    return this.#limits.deadlines.add(wait, () => this.#check(wait));
  }

  #check(waited: number): void {
    const { timeout, minRate } = this.#limits;
    this.#left -= waited;
    if (this.#left <= 0) {
      return this.#onLate(`the body took over ${timeout / 1_000} s`);
    }
    const came = this.#size() - this.#counted;
    if (came < minRate * waited / 1_000) {
      return this.#onLate(
        `the body came slower than ${minRate} bytes a second`,
      );
    }
    this.#counted += came;
    this.#deadline = this.#next();
  }
}

/** Buffers into which one body is read. */
class Pieces {
  /** Number of bytes of the body so far. */
  size = 0;
  /** Number of bytes that the budget counts for the body. */
  held = 0;
  readonly #length: number | undefined;
  #full: Uint8Array<ArrayBuffer>[] = [];
  /** Buffer that the body is read into, and how much of it is filled. */
  #buffer: ArrayBuffer | undefined;
  #filled = 0;

  /** `length` is the Content-Length of the client. */
  constructor(length: number | undefined) {
    this.#length = length;
  }

  /** Number of bytes to count before `room` is called. */
  get wanted(): number {
    if (this.#buffer !== undefined) return 0;
    return this.size < READ_AHEAD ? 2 * this.#next : this.#next;
  }

  /** Returns free memory for the next bytes. */
  room(): Uint8Array<ArrayBuffer> {
    if (this.#buffer === undefined) {
      this.held += this.wanted;
      this.#buffer = new ArrayBuffer(this.#next);
    }
    return new Uint8Array(this.#buffer, this.#filled);
  }

  get #next(): number {
    const left = (this.#length ?? Infinity) - this.size;
    return left > 0 ? Math.min(left, PIECE) : PROBE;
  }

  /** Keeps bytes that were read into `room`. */
  add({ buffer, length }: Uint8Array<ArrayBuffer>): void {
    this.size += length;
    this.#filled += length;
    this.#buffer = buffer;
    const room = buffer.byteLength - this.#filled;
    if (room >= (this.#length === undefined ? LEAST_ROOM : 1)) return;
    this.#full.push(new Uint8Array(buffer, 0, this.#filled));
    this.#buffer = undefined;
    this.#filled = 0;
  }

  /**
   * Drops the body and frees its memory without waiting for the garbage
   * collector.
   */
  drop(): void {
    for (const { buffer } of this.#full) buffer.transfer(0);
    // The buffer of a read in flight is detached, because it belongs to the
    // stream.
    if (this.#buffer?.detached === false) this.#buffer.transfer(0);
    this.#full = [];
    this.#buffer = undefined;
    this.size = this.held = this.#filled = 0;
  }

  /** Returns the whole body. */
  joined(): Uint8Array<ArrayBuffer> {
    const [first] = this.#full;
    // Callers use the whole buffer.
    if (first?.length === this.size && first.buffer.byteLength === this.size) {
      return first;
    }
    const bytes = new Uint8Array(this.size);
    let at = 0;
    for (const piece of this.#full) {
      bytes.set(piece, at);
      at += piece.length;
    }
    if (this.#filled > 0) {
      bytes.set(new Uint8Array(this.#buffer!, 0, this.#filled), at);
    }
    this.drop();
    return bytes;
  }
}
