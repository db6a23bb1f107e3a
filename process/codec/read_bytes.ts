import { BYTES, INDEFINITE } from "./items.ts";
import { readChunks } from "./read_chunks.ts";
import type { Reader } from "./reader.ts";

/** What a byte string takes besides its bytes, measured. */
const MEMORY = 450;

/** Reads a byte string after its first byte, into memory that nothing else has. */
export function readBytes(
  reader: Reader,
  info: number,
): Uint8Array<ArrayBuffer> {
  reader.spend(MEMORY);
  if (info !== INDEFINITE) return copied(reader, reader.size(info));
  const start = reader.at;
  let size = 0;
  readChunks(reader, BYTES, (more) => {
    reader.skip(more);
    size += more;
  });
  // A second time over it, rather than note where every part is: there may be a million.
  reader.at = start;
  const bytes = new Uint8Array(size);
  let at = 0;
  readChunks(reader, BYTES, (more) => {
    const from = reader.skip(more);
    if (more > 0) bytes.set(reader.bytes.subarray(from, from + more), at);
    at += more;
  });
  return bytes;
}

function copied(reader: Reader, size: number): Uint8Array<ArrayBuffer> {
  const start = reader.skip(size);
  const bytes = new Uint8Array(size);
  bytes.set(reader.bytes.subarray(start, start + size));
  return bytes;
}
