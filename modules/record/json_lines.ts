import { Buffer, isUtf8 } from "node:buffer";
import { timeText } from "../time_text.ts";
import {
  type Batch,
  checkEntry,
  type Format,
  isWithoutHeaders,
  MAX_ENTRY_BYTES,
  parseTime,
  type Recordable,
  type Sink,
  tooLargeError,
} from "./entry.ts";
import { escape, revive } from "./json_escapes.ts";

const NEW_LINE = 10;

/** Format with one line of JSON for each entry. */
export const jsonLines: Format = {
  extension: "jsonl",
  batch: () => new JsonBatch(),
  read: readLines,
};

class JsonBatch implements Batch {
  count = 0;
  #text = "";
  #bytes: Uint8Array | undefined;
  #topic: string | undefined;
  #topicText = "";

  get size(): number {
    return this.#text.length;
  }

  add(sequence: number, entry: Recordable): void {
    const { topic, time, id, headers, message } = entry;
    if (topic !== this.#topic) {
      this.#topic = topic;
      this.#topicText = JSON.stringify(topic);
    }
    const line = `{"sequence":${sequence},"time":"${timeText(time)}",` +
      `"topic":${this.#topicText},"id":${JSON.stringify(id)},` +
      `"headers":${
        isWithoutHeaders(headers) ? "{}" : JSON.stringify(headers)
      },` +
      `"message":${JSON.stringify(escape(message))}}\n`;
    checkSize(line, topic);
    this.#text += line;
    this.count++;
  }

  bytes(): Uint8Array {
    return this.#bytes ??= Buffer.from(this.#text);
  }
}

function checkSize(line: string, topic: string): void {
  if (line.length * 3 <= MAX_ENTRY_BYTES) return;
  const bytes = Buffer.byteLength(line);
  if (bytes > MAX_ENTRY_BYTES) throw tooLargeError(topic, bytes);
}

function readLines(bytes: Uint8Array, sink: Sink): number {
  const end = bytes.lastIndexOf(NEW_LINE) + 1;
  const whole = asBuffer(bytes).subarray(0, end);
  if (isUtf8(whole)) {
    const text = whole.toString();
    const byteOffset = byteOffsets(text);
    for (let from = 0; from < text.length;) {
      const to = text.indexOf("\n", from);
      const at = from;
      readLine(text.slice(from, to), sink, () => byteOffset(at));
      from = to + 1;
    }
    return end;
  }
  for (let from = 0; from < end;) {
    const to = whole.indexOf(NEW_LINE, from);
    const line = whole.subarray(from, to);
    const at = from;
    if (isUtf8(line)) readLine(line.toString(), sink, () => at);
    else sink.damage(at, "a line that is not UTF-8");
    from = to + 1;
  }
  return end;
}

/**
 * Returns a function that converts ascending character offsets of `text` to
 * byte offsets. It counts each character once.
 */
function byteOffsets(text: string): (at: number) => number {
  let counted = 0;
  let bytes = 0;
  return (at) => {
    bytes += Buffer.byteLength(text.slice(counted, at));
    counted = at;
    return bytes;
  };
}

function readLine(line: string, sink: Sink, at: () => number): void {
  let message;
  try {
    const { sequence, time, topic, id, headers, message: plain } = checkEntry(
      JSON.parse(line),
    );
    // Most lines have no escapes, and a search in the text is faster than one
    // in the values.
    const escapes = line.includes('{"$');
    message = {
      sequence,
      time: parseTime(time),
      topic,
      id,
      headers,
      message: escapes ? revive(plain) : plain,
    };
  } catch (error) {
    return sink.damage(at(), "a line that is not an entry", error);
  }
  sink.entry(message);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(
    bytes.buffer as ArrayBuffer,
    bytes.byteOffset,
    bytes.byteLength,
  );
}
