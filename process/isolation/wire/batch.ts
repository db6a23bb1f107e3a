import { asFault, Fault } from "../../codec/fault.ts";
import { ARRAY, MAX_BYTES } from "../../codec/wire_format.ts";
import { ScratchMemory } from "../../codec/message_memory.ts";
import { writeValue } from "../../codec/write_value.ts";
import { Writer } from "../../codec/writer.ts";
import { maxWeight } from "./budgets.ts";
import { measure } from "./frame_reader.ts";
import { type Frame, FULL_BATCH, MOST_HEAD } from "./frames.ts";

/** Initial capacity of a batch, in bytes, which is kept for the next one. */
const CAPACITY = 16 * 1024;

let idle: Writer | undefined;

/**
 * Frames to be sent together. They are encoded when they are added, so that a
 * later change of a message does not cross.
 */
export class Batch {
  /** Number of bytes so far. */
  length = 0;
  #bytes = new Uint8Array(CAPACITY);

  /** True if the batch is long enough to be sent. */
  get full(): boolean {
    return this.length >= FULL_BATCH;
  }

  /**
   * Adds a frame. Returns its number of bytes. With a `messageSize`, the
   * receiver refuses a larger message, and one of too many parts.
   *
   * @throws {CaryatidError} `NOT_ENCODABLE` or `MESSAGE_TOO_LARGE`; the batch
   * is unchanged then
   */
  add(frame: Frame, messageSize?: number): number {
    // A getter in the message may publish as well: then no writer is idle.
    const writer = idle ?? new Writer(new ScratchMemory(), true);
    idle = undefined;
    try {
      const bytes = write(writer, frame, messageSize);
      if (messageSize !== undefined) checkWeight(bytes, messageSize);
      return this.#append(bytes);
    } catch (thrown) {
      throw asFault(thrown).toError();
    } finally {
      idle = writer;
    }
  }

  /** Returns a copy of the bytes, and empties the batch. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.length);
    if (this.#bytes.length > 4 * FULL_BATCH) {
      this.#bytes = new Uint8Array(CAPACITY);
    }
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

function write(
  writer: Writer,
  frame: Frame,
  messageSize: number | undefined,
): Uint8Array {
  const most = messageSize ?? MAX_BYTES;
  writer.begin(most + MOST_HEAD);
  writer.head(ARRAY, frame.length);
  const last = frame.length - 1;
  for (let i = 0; i < last; i++) writeValue(writer, frame[i], 0);
  const before = writer.length;
  if (before > MOST_HEAD && messageSize !== undefined) {
    throw tooLarge(`its topic and headers have more than ${MOST_HEAD} bytes`);
  }
  writeValue(writer, frame[last], 0);
  if (writer.length - before > most) {
    throw tooLarge(`it has more than ${most} bytes when encoded`);
  }
  return writer.end();
}

/** The receiver refuses a frame that takes too much memory when decoded. */
function checkWeight(frame: Uint8Array, messageSize: number): void {
  const most = maxWeight(messageSize);
  if (frame.length <= most / 4) return;
  const { weight } = measure(frame, 0);
  if (weight <= most) return;
  throw tooLarge(
    `it has ${weight} arrays, objects and byte strings; expected ${most}`,
  );
}

function tooLarge(reason: string): Fault {
  return new Fault(reason, { code: "MESSAGE_TOO_LARGE" });
}
