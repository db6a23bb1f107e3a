import type { CaryatidError } from "@caryatid/sdk";
import { asFault, Fault } from "../codec/fault.ts";
import { ARRAY } from "../codec/items.ts";
import { MOST_BYTES } from "../codec/limits.ts";
import { ScratchMemory } from "../codec/message_memory.ts";
import { writeValue } from "../codec/write_value.ts";
import { Writer } from "../codec/writer.ts";
import { type Frame, FULL_BATCH, MOST_HEAD } from "./frames.ts";

/** Room of a batch at first, and what is kept for the next one. */
const ROOM = 16 * 1024;

let idle: Writer | undefined;

/** Frames on their way, encoded when they are added: a later change of a message doesn't cross. */
export class Batch {
  /** Bytes so far. */
  length = 0;
  #bytes = new Uint8Array(ROOM);

  /** Whether it is long enough to be sent. */
  get full(): boolean {
    return this.length >= FULL_BATCH;
  }

  /**
   * Adds a frame, whose last item may have `messageSize` bytes. Gives how many bytes that took.
   *
   * @throws {CaryatidError} `NOT_ENCODABLE` or `MESSAGE_TOO_LARGE`; the batch is as before then
   */
  add(frame: Frame, messageSize: number = MOST_BYTES): number {
    // A getter in the message may publish as well: then it finds no idle writer.
    const writer = idle ?? new Writer(new ScratchMemory(), true);
    idle = undefined;
    try {
      return this.#append(write(writer, frame, messageSize));
    } catch (thrown) {
      throw fault(thrown);
    } finally {
      idle = writer;
    }
  }

  /** What was added, in memory of its own; empties it. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.length);
    if (this.#bytes.length > 4 * FULL_BATCH) this.#bytes = new Uint8Array(ROOM);
    this.length = 0;
    return taken;
  }

  #append(bytes: Uint8Array): number {
    const wanted = this.length + bytes.length;
    if (wanted > this.#bytes.length) {
      const larger = new Uint8Array(2 * wanted);
      larger.set(this.#bytes.subarray(0, this.length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.length);
    this.length = wanted;
    return bytes.length;
  }
}

function write(writer: Writer, frame: Frame, messageSize: number): Uint8Array {
  writer.begin(messageSize + MOST_HEAD);
  writer.head(ARRAY, frame.length);
  const last = frame.length - 1;
  for (let i = 0; i < last; i++) writeValue(writer, frame[i], 0);
  const before = writer.length;
  writeValue(writer, frame[last], 0);
  if (writer.length - before > messageSize) throw tooLarge(messageSize);
  return writer.end();
}

function tooLarge(messageSize: number): Fault {
  return new Fault(`it has more than ${messageSize} bytes when encoded`, {
    code: "MESSAGE_TOO_LARGE",
  });
}

function fault(thrown: unknown): CaryatidError {
  return asFault(thrown).toError();
}
