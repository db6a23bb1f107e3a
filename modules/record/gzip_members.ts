import { Buffer } from "node:buffer";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { MAX_ENTRY_BYTES } from "./entry.ts";

// node:zlib, because DecompressionStream cannot limit the size of its output.
const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Size of a gzip header without extra fields. */
const HEADER = 10;
/**
 * Size of the extra fields: their total length, then the field "Cr" of 4 bytes.
 */
const FIELD = 10;
const HAS_FIELD = 4;
/** Fast compression: level 6 takes three times as long to save a tenth. */
const LEVEL = 1;
/** Maximum size of a decompressed member: an entry, and the batch before it. */
const MAX_PLAIN_BYTES = MAX_ENTRY_BYTES + 2 * 1024 * 1024;

/**
 * Compresses a batch to one member of a gzip file, with its length in an extra
 * field of the header. `zcat` reads the file like any other; the field shows
 * the end of a member without decompressing it, and so whether the member is
 * complete.
 */
export async function toMember(bytes: Uint8Array): Promise<Uint8Array> {
  const plain = await compress(bytes, { level: LEVEL });
  const member = Buffer.alloc(plain.length + FIELD);
  plain.copy(member, 0, 0, HEADER);
  member[3]! |= HAS_FIELD;
  member.writeUInt16LE(FIELD - 2, HEADER);
  member.write("Cr", HEADER + 2, "latin1");
  member.writeUInt16LE(4, HEADER + 4);
  member.writeUInt32LE(member.length, HEADER + 6);
  plain.copy(member, HEADER + FIELD, HEADER);
  return member;
}

/**
 * Returns the length of the member at the start of `bytes`: undefined if its
 * header is incomplete, -1 if it is a foreign one.
 */
export function memberLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < HEADER + FIELD) return undefined;
  const head = Buffer.from(
    bytes.buffer as ArrayBuffer,
    bytes.byteOffset,
    HEADER + FIELD,
  );
  const ours = head.readUInt32BE(0) === (0x1f8b0800 | HAS_FIELD) >>> 0 &&
    head.readUInt16LE(HEADER) === FIELD - 2 &&
    head.toString("latin1", HEADER + 2, HEADER + 4) === "Cr";
  const length = head.readUInt32LE(HEADER + 6);
  return ours && length > HEADER + FIELD && length <= MAX_PLAIN_BYTES
    ? length
    : -1;
}

/**
 * Decompresses one member. Rejects if it is damaged, or its content is larger
 * than a recorder writes.
 */
export function fromMember(member: Uint8Array): Promise<Uint8Array> {
  return decompress(member, { maxOutputLength: MAX_PLAIN_BYTES });
}
